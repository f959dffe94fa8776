/** What the demo uses of autocannon, which ships no types. */
declare module 'autocannon' {
  interface Result {
    readonly errors: number;
    readonly non2xx: number;
  }
  interface Run extends PromiseLike<Result> {
    stop(): void;
    on(event: 'response', listener: (client: unknown, statusCode: number) => void): void;
    on(event: 'reqError', listener: (error: Error) => void): void;
  }
  interface Options {
    readonly url: string;
    readonly connections: number;
    readonly overallRate: number;
    readonly duration: number; // seconds
    readonly requests: readonly {
      readonly method: 'GET' | 'POST';
      readonly path: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }[];
  }
  export default function autocannon(options: Options): Run;
}
