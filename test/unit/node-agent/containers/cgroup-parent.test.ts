import test from 'ava';
import {
  cpuQuotaOf,
  cpuSharesOf,
  oomScoreAdjOf,
  podCgroupParent,
} from '../../../../node-agent/containers/cgroup-parent.js';

test('each cgroup driver has its own spelling of a parent', (t) => {
  t.is(podCgroupParent('cgroupfs', 'Burstable', 'a-b'), '/troupe/burstable/poda-b');
  t.is(podCgroupParent('cgroupfs', 'Guaranteed', 'a-b'), '/troupe/poda-b');
  t.is(podCgroupParent('systemd', 'BestEffort', 'a-b'), 'troupe-besteffort-poda_b.slice');
  t.is(podCgroupParent('none', 'Burstable', 'a-b'), undefined);
});

test('shares, quotas and scores stay inside what the kernel takes', (t) => {
  t.deepEqual([cpuSharesOf(0), cpuSharesOf(250), cpuSharesOf(1000)], [2, 256, 1024]);
  t.deepEqual([cpuQuotaOf(0), cpuQuotaOf(1), cpuQuotaOf(500)], [undefined, 1000, 50_000]);
  t.is(oomScoreAdjOf('Guaranteed', 0, 100), -997);
  t.is(oomScoreAdjOf('BestEffort', 0, 100), 1000);
  t.deepEqual(
    [oomScoreAdjOf('Burstable', 0, 100), oomScoreAdjOf('Burstable', 50, 100), oomScoreAdjOf('Burstable', 100, 100)],
    [999, 500, 3],
  );
});
