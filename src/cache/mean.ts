/** The mean of all values so far: two numbers, one addition for each value. */
export class Mean {
  private sum = 0;
  private count = 0;

  add(value: number): void {
    this.sum += value;
    this.count++;
  }

  /** `undefined` without values. */
  get value(): number | undefined {
    return this.count === 0 ? undefined : this.sum / this.count;
  }
}
