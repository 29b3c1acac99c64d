import test from 'ava';
import { logOptionsOf } from '../../../../../gateway/streams/logs/log-options.js';
import { Query } from '../../../../../gateway/query.js';

const refusal = (query: string) => {
  try {
    logOptionsOf(new Query(query), 'web');
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
};

test('what is not asked for is left out', (t) => {
  t.deepEqual(logOptionsOf(new Query('follow=true&tailLines=0'), 'web'), {
    follow: true,
    previous: false,
    timestamps: false,
    tailLines: 0,
  });
});

test("impossible options are refused in Kubernetes' words", (t) => {
  t.is(
    refusal('tailLines=-1'),
    'PodLogOptions "web" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0',
  );
  t.is(refusal('limitBytes=0'), 'PodLogOptions "web" is invalid: limitBytes: Invalid value: 0: must be greater than 0');
  t.is(
    refusal('sinceSeconds=0'),
    'PodLogOptions "web" is invalid: sinceSeconds: Invalid value: 0: must be greater than 0',
  );
  t.regex(
    refusal('sinceSeconds=5&sinceTime=2026-01-01T00:00:00Z') ?? '',
    /at most one of `sinceTime` or `sinceSeconds` may be specified/,
  );
  t.regex(refusal('stream=Out') ?? '', /stream: Unsupported value: "Out": supported values: "All", "Stderr", "Stdout"/);
  t.regex(refusal('sinceTime=yesterday') ?? '', /^parsing time "yesterday"/);
});
