/** The containers of a pod, or of the pods that a workload makes, with their state. */
import { fieldLines, indented, titled } from './describe-fields.js';
import type { ApiObject } from './session.js';

interface Container {
  readonly name: string;
  readonly image?: string;
  readonly [field: string]: unknown;
}

interface ContainerStatus {
  readonly name: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly containerID?: string;
  readonly state?: State;
  readonly lastState?: State;
}

type State = Readonly<Record<string, StateFacts>>;

interface StateFacts {
  readonly reason?: string;
  readonly message?: string;
  readonly exitCode?: number;
  readonly startedAt?: string;
  readonly finishedAt?: string;
}

const groups = [
  ['initContainers', 'initContainerStatuses', 'Init Containers'],
  ['containers', 'containerStatuses', 'Containers'],
  ['ephemeralContainers', 'ephemeralContainerStatuses', 'Ephemeral Containers'],
] as const;

export function containerLines({ spec, status }: ApiObject): string[] {
  const podSpec = spec?.template?.spec ?? spec ?? {};
  return groups.flatMap(([field, statuses, title]) => {
    const containers = podSpec[field] as Container[] | undefined;
    if (!containers?.length) return [];
    const states = (status?.[statuses] ?? []) as ContainerStatus[];
    return [
      `${title}:`,
      ...indented(
        containers.flatMap((container) =>
          linesOf(
            container,
            states.find(({ name }) => name === container.name),
          ),
        ),
      ),
    ];
  });
}

function linesOf(container: Container, state: ContainerStatus | undefined): string[] {
  const { name, ports, env, volumeMounts, command, args, image, resources } = container;
  const facts: [string, unknown][] = [
    ['Image', image],
    ['Container ID', state?.containerID],
    ['Command', command],
    ['Args', args],
    [
      'Ports',
      (ports as { containerPort: number; protocol?: string }[] | undefined)?.map(
        (port) => `${port.containerPort}/${port.protocol ?? 'TCP'}`,
      ),
    ],
    ['State', state && stateText(state.state)],
    [
      'Last State',
      state?.lastState && Object.keys(state.lastState).length > 0 ? stateText(state.lastState) : undefined,
    ],
    ['Ready', state && titled(String(state.ready ?? false))],
    ['Restart Count', state?.restartCount],
    [
      'Resources',
      Object.keys((resources as object | undefined) ?? {}).length > 0 ? JSON.stringify(resources) : undefined,
    ],
    ...probes(container),
    [
      'Environment',
      (env as { name: string; value?: string }[] | undefined)?.map(
        (one) => `${one.name}${one.value === undefined ? ' (by reference)' : `=${one.value}`}`,
      ),
    ],
    [
      'Mounts',
      (volumeMounts as { mountPath: string; name: string; readOnly?: boolean }[] | undefined)?.map(
        (mount) => `${mount.mountPath} from ${mount.name} (${mount.readOnly ? 'ro' : 'rw'})`,
      ),
    ],
  ];
  return [`${name}:`, ...indented(facts.flatMap(([title, value]) => fieldLines(title, value)))];
}

function probes(container: Container): [string, unknown][] {
  return ['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap((name) => {
    const probe = container[name];
    return probe ? [[titled(name.replace('Probe', '')), JSON.stringify(probe)] as [string, unknown]] : [];
  });
}

function stateText(state: State | undefined): string {
  const [[name, facts] = ['waiting', {}]] = Object.entries(state ?? {});
  const { reason, message, exitCode, startedAt, finishedAt }: StateFacts = facts;
  const parts = [
    titled(name),
    reason,
    exitCode === undefined ? undefined : `exit code ${exitCode}`,
    startedAt && `started ${startedAt}`,
    finishedAt && `finished ${finishedAt}`,
    message,
  ];
  return parts.filter(Boolean).join(', ');
}
