/** Field selectors: `metadata.name=web,status.phase!=Running`. */
import { BadRequestError } from '../errors.js';

export interface FieldRequirement {
  readonly field: string;
  readonly equal: boolean;
  readonly value: string;
}

/** Splits at commas that are not escaped. */
function termsOf(text: string): string[] {
  const terms: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === ',') {
      terms.push(text.slice(start, i));
      start = i + 1;
    }
  }
  terms.push(text.slice(start));
  return terms.filter((term) => term !== '');
}

function unescaped(value: string, whole: string): string {
  let result = '';
  for (let i = 0; i < value.length; i++) {
    const character = value[i] as string;
    if (character === '\\') {
      const next = value[++i];
      if (next === undefined || !'\\,='.includes(next)) {
        throw new BadRequestError(`invalid field selector: ${JSON.stringify(value)}: invalid escape sequence`);
      }
      result += next;
    } else if (character === '=' || character === ',') {
      throw new BadRequestError(
        `invalid field selector: invalid unescaped character '${character}' in ${JSON.stringify(whole)}`,
      );
    } else {
      result += character;
    }
  }
  return result;
}

const TERM = /^((?:\\.|[^\\=!]|!(?!=))*)(!=|==|=)(.*)$/s;

/** Throws BadRequestError for a malformed selector. Knows nothing of what fields there are. */
export function parseFieldSelector(text: string): FieldRequirement[] {
  return termsOf(text).map((term) => {
    const match = TERM.exec(term);
    if (!match) throw new BadRequestError(`invalid selector: '${text}'; can't understand '${term}'`);
    const [, field = '', operator, value = ''] = match;
    return { field, equal: operator !== '!=', value: unescaped(value, term) };
  });
}

/** Throws BadRequestError `field label not supported: x` unless every field is known. metadata.name and metadata.namespace always are. */
export function checkSelectableFields(
  requirements: readonly FieldRequirement[],
  selectable: Readonly<Record<string, unknown>>,
): void {
  for (const { field } of requirements) {
    if (field === 'metadata.name' || field === 'metadata.namespace' || Object.hasOwn(selectable, field)) continue;
    throw new BadRequestError(`field label not supported: ${field}`);
  }
}

/** Whether the fields (absent: the empty string) satisfy all requirements. */
export function matchesFields(
  requirements: readonly FieldRequirement[],
  fields: Readonly<Record<string, string | undefined>>,
): boolean {
  return requirements.every(({ field, equal, value }) => ((fields[field] ?? '') === value) === equal);
}

/** The one value that `field` must have, if the selector demands one. */
export function exactFieldValue(requirements: readonly FieldRequirement[], field: string): string | undefined {
  return requirements.find((requirement) => requirement.field === field && requirement.equal)?.value;
}
