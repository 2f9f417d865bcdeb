/** A seeded stream of pseudo-random values (mulberry32). */
export class Random {
  #state: number;

  constructor(private readonly seed: number) {
    this.#state = seed >>> 0;
  }

  /** A stream of its own, so that drawing from one part of the fleet does not disturb another. */
  fork(label: string): Random {
    return new Random(hashText(`${this.seed}/${label}`));
  }

  /** At least 0, below 1. */
  next(): number {
    return this.#bits() / 2 ** 32;
  }

  /** A whole number; both ends can come. */
  integer(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.integer(0, choices.length - 1)] ?? choices[0];
  }

  /** One of the choices, each as likely as its weight. */
  weighted<T extends string>(weights: Readonly<Record<T, number>>): T {
    const choices = Object.entries(weights) as [T, number][];
    let left = this.next() * choices.reduce((sum, [, weight]) => sum + weight, 0);
    const found = choices.find(([, weight]) => (left -= weight) < 0);
    return (found ?? choices[0] ?? raise())[0];
  }

  hex(length: number): string {
    let digits = '';
    while (digits.length < length) digits += this.#bits().toString(16).padStart(8, '0');
    return digits.slice(0, length);
  }

  uuid(): string {
    const hex = this.hex(30);
    const variant = `4${hex.slice(12, 15)}-a${hex.slice(15, 18)}`;
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${variant}-${hex.slice(18)}`;
  }

  /** 32 bits. */
  #bits(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return (bits ^ (bits >>> 14)) >>> 0;
  }
}

/** A 32-bit hash of a text, spread evenly (FNV-1a with a final mix). */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

function raise(): never {
  throw new RangeError('nothing to choose from');
}
