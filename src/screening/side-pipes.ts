/** Pipes of a process beside the service, as both ends count them. */
export const sidePipes = {
  /** What it is to do. */
  task: 0,
  /** What comes of it. */
  answer: 3,
  /** Nothing is ever said on it: it closes when the node is gone. */
  node: 4,
} as const;
