/** A JSON number that a double would round: it compares as the rounded number, and is written with the digits that it was read with. */
export class ExactNumber extends Number {
  constructor(private readonly digits: string) {
    super(digits);
  }

  toJSON(): unknown {
    return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(this.digits);
  }
}
