const UTF8 = new TextEncoder();

/** Writes protobuf's wire format into memory that grows. */
export class WireWriter {
  private bytes = new Uint8Array(1024);
  private length = 0;

  private reserve(size: number): void {
    if (this.length + size <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + size));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  varint(value: number | bigint): void {
    this.reserve(10);
    if (typeof value === 'bigint') {
      let rest = BigInt.asUintN(64, value);
      while (rest > 0x7fn) {
        this.bytes[this.length++] = Number(rest & 0x7fn) | 0x80;
        rest >>= 7n;
      }
      this.bytes[this.length++] = Number(rest);
      return;
    }
    let rest = value;
    while (rest > 0x7f) {
      this.bytes[this.length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    this.bytes[this.length++] = rest;
  }

  /** A scalar field; zero is left out, as proto3 does. */
  integer(field: number, value: number | bigint): void {
    if (value === 0 || value === 0n) return;
    this.varint(field * 8);
    this.varint(value);
  }

  text(field: number, text: string): void {
    this.raw(field, UTF8.encode(text));
  }

  /** A nested message; empty ones are written too, since their presence can mean something. */
  message(field: number, content: WireWriter): void {
    this.raw(field, content.view());
  }

  /** A repeated integer field in packed form. */
  packed(field: number, values: Iterable<number | bigint>): void {
    const content = new WireWriter();
    for (const value of values) content.varint(value);
    if (content.length > 0) this.message(field, content);
  }

  private raw(field: number, content: Uint8Array): void {
    this.varint(field * 8 + 2);
    this.varint(content.length);
    this.reserve(content.length);
    this.bytes.set(content, this.length);
    this.length += content.length;
  }

  reset(): this {
    this.length = 0;
    return this;
  }

  view(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  finish(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }
}
