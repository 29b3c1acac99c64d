/** The query of pods/log. */
import { BadRequestError, type FieldError, InvalidError } from '../../../schemas/errors.js';
import type { LogOptions } from '../../../schemas/messages/node-link.js';
import type { Query } from '../../query.js';

const STREAMS = ['All', 'Stderr', 'Stdout'] as const;
const notNegative = 'must be greater than or equal to 0';
const positive = 'must be greater than 0';
const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** Throws BadRequestError for what can't be read, InvalidError for what can't be meant, both in Kubernetes' words. */
export function logOptionsOf(query: Query, podName: string): LogOptions {
  const tailLines = query.integer('tailLines');
  const limitBytes = query.integer('limitBytes');
  const sinceSeconds = query.integer('sinceSeconds');
  const sinceTime = timeOf(query.get('sinceTime'));
  const stream = query.get('stream');
  const errors = [
    ...atLeast('tailLines', tailLines, 0, notNegative),
    ...atLeast('limitBytes', limitBytes, 1, positive),
    ...sinceErrors(sinceSeconds, sinceTime),
    ...streamErrors(stream, tailLines),
  ];
  if (errors.length > 0) throw new InvalidError({ group: '', kind: 'PodLogOptions', name: podName }, errors);
  return {
    follow: query.boolean('follow') ?? false,
    previous: query.boolean('previous') ?? false,
    timestamps: query.boolean('timestamps') ?? false,
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
    ...(sinceSeconds === undefined ? {} : { sinceSeconds }),
    ...(sinceTime === undefined ? {} : { sinceTime }),
    ...(stream === '' ? {} : { stream: stream as NonNullable<LogOptions['stream']> }),
  };
}

function timeOf(text: string): string | undefined {
  if (text === '') return undefined;
  if (RFC3339.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw new BadRequestError(
    `parsing time ${JSON.stringify(text)} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(text)} as "2006"`,
  );
}

function atLeast(field: string, value: number | undefined, least: number, why: string): FieldError[] {
  return value === undefined || value >= least
    ? []
    : [{ reason: 'FieldValueInvalid', field, message: `Invalid value: ${value}: ${why}` }];
}

const forbidden = (why: string): FieldError => ({
  reason: 'FieldValueForbidden',
  field: '',
  message: `Forbidden: ${why}`,
});

function sinceErrors(sinceSeconds: number | undefined, sinceTime: string | undefined): FieldError[] {
  if (sinceSeconds !== undefined && sinceTime !== undefined)
    return [forbidden('at most one of `sinceTime` or `sinceSeconds` may be specified')];
  return atLeast('sinceSeconds', sinceSeconds, 1, positive);
}

function streamErrors(stream: string, tailLines: number | undefined): FieldError[] {
  if (stream === '') return [];
  if (!(STREAMS as readonly string[]).includes(stream)) {
    const supported = STREAMS.map((name) => JSON.stringify(name)).join(', ');
    return [
      {
        reason: 'FieldValueNotSupported',
        field: 'stream',
        message: `Unsupported value: ${JSON.stringify(stream)}: supported values: ${supported}`,
      },
    ];
  }
  return stream !== 'All' && tailLines !== undefined
    ? [forbidden('`tailLines` and specific `stream` are mutually exclusive for now')]
    : [];
}
