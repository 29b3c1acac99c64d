/** Objects that integration tests apply, with as little in them as can be. */

export interface WorkloadOptions {
  readonly replicas?: number;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly container?: object;
  readonly pod?: object;
  readonly spec?: object;
}

export function aDeployment(
  name: string,
  { replicas = 2, container, pod, spec, ...rest }: WorkloadOptions = {},
): object {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: podSpec(rest, container, pod) },
      ...spec,
    },
  };
}

export function aPod(name: string, { container, pod, ...rest }: WorkloadOptions = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: name } },
    spec: podSpec(rest, container, pod),
  };
}

export function aConfigMap(name: string, data: Record<string, string> = { color: 'red' }): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
}

function podSpec({ image = 'example.test/app:1', command }: WorkloadOptions, container?: object, pod?: object): object {
  return {
    terminationGracePeriodSeconds: 1,
    containers: [{ name: 'main', image, ...(command && { command }), ...container }],
    ...pod,
  };
}
