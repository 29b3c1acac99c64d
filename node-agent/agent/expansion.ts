/** `$(NAME)` in commands, arguments and values: replaced where NAME is known, left as it is otherwise; `$$` is one dollar sign. Pure. */
export function expand(text: string, lookUp: (name: string) => string | undefined): string {
  if (!text.includes('$')) return text;
  let out = '';
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== '$' || i + 1 >= text.length) {
      out += text[i];
    } else if (text[i + 1] === '$') {
      out += '$';
      i++;
    } else if (text[i + 1] === '(') {
      const end = text.indexOf(')', i + 2);
      if (end < 0) {
        out += '$(';
        i++;
      } else {
        out += lookUp(text.slice(i + 2, end)) ?? text.slice(i, end + 1);
        i = end;
      }
    } else {
      out += `$${text[i + 1]}`;
      i++;
    }
  }
  return out;
}
