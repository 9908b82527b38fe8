// Numbers that look random and are the same for the same seed (mulberry32).
export class Random {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  fraction() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  below(bound) {
    return Math.floor(this.fraction() * bound);
  }

  chance(percent) {
    return this.fraction() * 100 < percent;
  }

  oneOf(choices) {
    return choices[this.below(choices.length)];
  }

  some(choices, percent = 50) {
    return choices.filter(() => this.chance(percent));
  }
}
