/** What the agent adds to the labels of containers beside the identity that the runtime itself keeps: all of it must survive the agent. */
export const runtimeLabels = {
  /** The sandbox's attempt that the container joined: init containers run again in a new sandbox. */
  sandboxAttempt: 'io.troupe.sandbox-attempt',
  /** The image as the pod's spec names it: a container whose spec names another is restarted. */
  image: 'io.troupe.image',
  /** What status.imageID shows: a repository digest where there is one. */
  imageId: 'io.troupe.image-id',
} as const;
