/** Updates come as in an app, from storage and network, and React schedules them: tests wait for what is shown. */
export const asInAnApp = (): void => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: false });
};
