import { ProfileError } from './errors.ts';

/** The highest upper half of a 64-bit integer that a JavaScript number holds exactly. */
const SAFE_HIGH = 0x200000;

/**
 * Reads protobuf's wire format without allocating.
 *
 * `varint()` leaves the integer in `low` and `high`, 32 bits each, because a number holds only 53.
 * Errors  ProfileError PROFILE_NOT_PPROF with the byte offset.
 * Source  https://protobuf.dev/programming-guides/encoding/
 */
export class WireReader {
  readonly bytes: Uint8Array;
  position: number;
  end: number;
  low = 0;
  high = 0;
  field = 0;
  wireType = 0;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  /** Move to the next field; false at the end of the message. */
  nextField(): boolean {
    const { position } = this;
    if (position >= this.end) return false;
    const tag = this.bytes[position]!;
    if (tag > 7 && tag < 0x80) {
      this.position = position + 1;
      this.wireType = tag & 7;
      this.field = tag >>> 3;
      return true;
    }
    this.varint();
    this.wireType = this.low & 7;
    this.field = (this.low >>> 3) + (this.high << 29);
    if (this.high > 7 || this.field === 0) throw this.broken(`field number ${this.field}`);
    return true;
  }

  varint(): void {
    const { bytes, position } = this;
    const left = this.end - position;
    const first = bytes[position]!;
    if (first < 0x80 && left > 0) {
      this.low = first;
      this.high = 0;
      this.position = position + 1;
      return;
    }
    const second = left > 1 ? bytes[position + 1]! : 0x80;
    if (second < 0x80) {
      this.low = (first & 0x7f) | (second << 7);
      this.high = 0;
      this.position = position + 2;
      return;
    }
    this.longVarint();
  }

  private longVarint(): void {
    const { bytes, end } = this;
    let position = this.position;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (position >= end) throw this.broken('a varint that runs past the end');
      const byte = bytes[position++]!;
      const part = byte & 0x7f;
      if (shift < 28) low |= part << shift;
      else if (shift === 28) {
        low |= part << 28;
        high = part >>> 4;
      } else high |= part << (shift - 32);
      if (byte < 0x80) {
        this.low = low >>> 0;
        this.high = high >>> 0;
        this.position = position;
        return;
      }
    }
    throw this.broken('a varint of more than 10 bytes');
  }

  /** True when the last varint is a number that JavaScript holds exactly; negative ones are not. */
  get isSafe(): boolean {
    return this.high < SAFE_HIGH;
  }

  /** The last varint as a number; exact only when `isSafe`. */
  get number(): number {
    return this.high * 2 ** 32 + this.low;
  }

  /** The last varint as a signed 64-bit integer. */
  get bigint(): bigint {
    return BigInt.asIntN(64, (BigInt(this.high) << 32n) | BigInt(this.low));
  }

  /** Check the wire type of an integer field and read it. */
  integer(): void {
    if (this.wireType !== 0) throw this.broken(`wire type ${this.wireType} for an integer field`);
    this.varint();
  }

  /** Check the wire type of a length-delimited field; the result is where its content ends. */
  delimited(): number {
    if (this.wireType !== 2) throw this.broken(`wire type ${this.wireType} for a message field`);
    this.varint();
    const contentEnd = this.position + this.number;
    if (contentEnd > this.end) {
      throw this.broken(`a field of ${this.number} bytes with ${this.end - this.position} left`);
    }
    return contentEnd;
  }

  /** Step over a field that is not known here. */
  skip(): void {
    if (this.wireType === 0) this.varint();
    else if (this.wireType === 2) this.position = this.delimited();
    else if (this.wireType === 1 || this.wireType === 5) {
      this.position += this.wireType === 1 ? 8 : 4;
      if (this.position > this.end) throw this.broken('a fixed field that runs past the end');
    } else throw this.broken(`wire type ${this.wireType}`);
  }

  broken(what: string): ProfileError {
    return new ProfileError('PROFILE_NOT_PPROF', `found ${what} at byte ${this.position}`);
  }
}
