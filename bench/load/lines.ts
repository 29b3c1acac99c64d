/** Whole lines out of a stream's pieces. */
export function lineSplitter(onLine: (line: Buffer) => void): (bytes: Buffer) => void {
  let open: Buffer[] = [];
  return (bytes) => {
    let start = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      const last = bytes.subarray(start, end);
      onLine(open.length > 0 ? Buffer.concat([...open, last]) : last);
      open = [];
      start = end + 1;
    }
    if (start < bytes.length) open.push(Buffer.from(bytes.subarray(start)));
  };
}
