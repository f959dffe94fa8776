/** Where the columns begin. Within a text of JSON its quotes would have backslashes before them. */
const NODES = '"nodes":{';

/** Takes text and returns what is left for the next part. */
type Part = (text: string) => string;

/**
 * Parses a flame graph while it arrives: each column of `nodes`, which are nearly all of it, as soon as
 * its last character is there. After the last byte little is left to do.
 *
 * Shape   columns hold numbers or hexadecimal ids, so the first `]` ends one. Everything else is parsed
 *         at the end, as is an answer without `nodes`.
 * Errors  SyntaxError of `JSON.parse`.
 */
export class ColumnReader {
  private around = ''; // the answer without its columns
  private key = '';
  private parts: string[] = []; // of the column that is being read
  private readonly columns: Record<string, unknown> = {};
  private part: Part = (text) => this.head(text);

  push(text: string): void {
    for (let rest = text; rest !== ''; ) rest = this.part(rest);
  }

  finish(): unknown {
    const answer = JSON.parse(this.around) as { nodes?: Record<string, unknown> };
    if (answer.nodes !== undefined) Object.assign(answer.nodes, this.columns);
    return answer;
  }

  private head(text: string): string {
    // The mark may lie across two pieces.
    const from = Math.max(0, this.around.length - NODES.length);
    this.around += text;
    const at = this.around.indexOf(NODES, from);
    if (at < 0) return '';
    const rest = this.around.slice(at + NODES.length);
    this.around = this.around.slice(0, at + NODES.length);
    this.part = (next) => this.name(next);
    return rest;
  }

  private name(text: string): string {
    this.key += text;
    const opening = /^,?"(\w+)":\[/.exec(this.key);
    if (opening === null && !this.key.startsWith('}')) return '';
    const rest = this.key.slice(opening?.[0].length ?? 0);
    this.key = opening?.[1] ?? '';
    this.part = opening === null ? (next) => this.tail(next) : (next) => this.column(next);
    return rest;
  }

  private column(text: string): string {
    const at = text.indexOf(']');
    this.parts.push(at < 0 ? text : text.slice(0, at + 1));
    if (at < 0) return '';
    this.columns[this.key] = JSON.parse(`[${this.parts.join('')}`);
    this.parts = [];
    this.key = '';
    this.part = (next) => this.name(next);
    return text.slice(at + 1);
  }

  private tail(text: string): string {
    this.around += text;
    return '';
  }
}

/** The body of an answer, parsed while it arrives. */
export async function readColumns(body: ReadableStream<Uint8Array>): Promise<unknown> {
  const columns = new ColumnReader();
  const decoder = new TextDecoder();
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    columns.push(decoder.decode(value, { stream: !done }));
    if (done) return columns.finish();
  }
}
