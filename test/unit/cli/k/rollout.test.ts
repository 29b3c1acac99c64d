import test from 'ava';
import { rolloutStatusOf } from '../../../../cli/k/rollout.js';
import type { ApiObject } from '../../../../cli/k/session.js';

const deployment = (status: object, replicas = 3): ApiObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', generation: 2 },
  spec: { replicas },
  status: { observedGeneration: 2, ...status },
});

test('a rollout is told in the words of kubectl, one reason at a time', (t) => {
  const message = (status: object) => rolloutStatusOf(deployment(status)).message;
  t.is(message({ observedGeneration: 1 }), 'Waiting for deployment spec update to be observed...');
  t.is(
    message({ updatedReplicas: 1, replicas: 3 }),
    'Waiting for deployment "web" rollout to finish: 1 out of 3 new replicas have been updated...',
  );
  t.is(
    message({ updatedReplicas: 3, replicas: 4 }),
    'Waiting for deployment "web" rollout to finish: 1 old replicas are pending termination...',
  );
  t.is(
    message({ updatedReplicas: 3, replicas: 3, availableReplicas: 2 }),
    'Waiting for deployment "web" rollout to finish: 2 of 3 updated replicas are available...',
  );
  t.deepEqual(rolloutStatusOf(deployment({ updatedReplicas: 3, replicas: 3, availableReplicas: 3 })), {
    done: true,
    message: 'deployment "web" successfully rolled out',
  });
});

test('a rollout past its progress deadline has failed', (t) => {
  const conditions = [{ type: 'Progressing', reason: 'ProgressDeadlineExceeded' }];
  t.throws(() => rolloutStatusOf(deployment({ conditions })), {
    message: 'error: deployment "web" exceeded its progress deadline',
  });
});
