/** As much of express as this service uses; it comes without types of its own. */
declare module 'express' {
  interface Response {
    status(code: number): Response;
    json(body: unknown): void;
  }
  type Handler = (request: { readonly body: unknown }, response: Response) => void;
  interface App {
    use(middleware: unknown): void;
    get(route: string, handler: Handler): void;
    post(route: string, handler: Handler): void;
    listen(port: number, host: string, listening: () => void): import('node:http').Server;
  }
  function express(): App;
  namespace express {
    function json(): unknown;
  }
  export = express;
}
