/** Looks again and again until something is so. @throws Error that says `what` was not so in time. */
export const eventually = async (isSo: () => boolean, what: string, timeoutMs = 10_000): Promise<void> => {
  const deadline = performance.now() + timeoutMs;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`Not so within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};
