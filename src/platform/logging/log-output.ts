import { write } from 'node:fs';

/** Lines that wait to be written are no more than this, in characters, and those being written no more again. */
const MOST_WAITING = 1024 * 1024;
/** When it is tried again after the system had no room at the moment. */
const RETRY_MS = 100;
const NEWLINE = 0x0a;

/** What is being written. */
interface Part {
  readonly bytes: Buffer;
  /** True when it begins with a newline that ends a line before it. */
  readonly endsTornLine: boolean;
}

/**
 * Where the log is written, without ever holding up or ending the process: a full disk, a file at its size limit, a pipe
 * that nobody reads any more or reads too slowly cost lines, not answers. What cannot be written is dropped and counted.
 */
export class LogOutput {
  #waiting: string[] = [];
  #waitingSize = 0;
  #isWriting = false;
  #isInSystem = false;
  #dropped = 0;
  /** Since the log last told. */
  #newlyDropped = 0;
  /** True when a line was written in part. */
  #isTorn = false;
  readonly #flushes: (() => void)[] = [];

  /** Called when lines can be written again, with how many were dropped meanwhile. */
  recovered: (dropped: number) => void = () => undefined;

  constructor(
    private readonly descriptor: number,
    private readonly writeTo: typeof write = write,
  ) {}

  /** How many lines were dropped since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  /** True while the system has not come back from a write: until then the process cannot exit by itself. */
  get isInSystem(): boolean {
    return this.#isInSystem;
  }

  /** Takes one line, with its newline. */
  write(line: string): void {
    if (this.#waitingSize + line.length > MOST_WAITING) {
      this.#drop(1);
      return;
    }
    this.#waiting.push(line);
    this.#waitingSize += line.length;
    if (!this.#isWriting) this.#writeWaiting();
  }

  /** Resolves when everything has been written or dropped. */
  async flushed(): Promise<void> {
    if (this.#isWriting) await new Promise<void>((resolve) => this.#flushes.push(resolve));
  }

  #writeWaiting(): void {
    const lines = this.#waiting;
    this.#waiting = [];
    this.#waitingSize = 0;
    this.#isWriting = lines.length > 0;
    if (!this.#isWriting) {
      for (const resolve of this.#flushes.splice(0)) resolve();
      return;
    }
    const endsTornLine = this.#isTorn;
    this.#write({ bytes: Buffer.from(`${endsTornLine ? '\n' : ''}${lines.join('')}`), endsTornLine });
  }

  #write(part: Part): void {
    this.#isInSystem = true;
    this.writeTo(this.descriptor, part.bytes, 0, part.bytes.length, null, (fault, written) => {
      this.#isInSystem = false;
      if (fault === null) this.#goOn(part, written);
      else if (fault.code === 'EAGAIN') this.#retry(part);
      else this.#lose(part);
    });
  }

  #goOn({ bytes, endsTornLine }: Part, written: number): void {
    if (written < bytes.length) {
      this.#isTorn = bytes[written - 1] !== NEWLINE;
      this.#write({ bytes: bytes.subarray(written), endsTornLine: endsTornLine && written === 0 });
      return;
    }
    this.#isTorn = false;
    if (this.#newlyDropped > 0) {
      const dropped = this.#newlyDropped;
      this.#newlyDropped = 0;
      this.recovered(dropped);
    }
    this.#writeWaiting();
  }

  #retry(part: Part): void {
    setTimeout(() => {
      this.#write(part);
    }, RETRY_MS).unref();
  }

  #lose({ bytes, endsTornLine }: Part): void {
    const newlines = bytes.reduce((count, byte) => (byte === NEWLINE ? count + 1 : count), 0);
    this.#drop(endsTornLine ? newlines - 1 : newlines);
    this.#writeWaiting();
  }

  #drop(lines: number): void {
    this.#dropped += lines;
    this.#newlyDropped += lines;
  }
}
