/** A timer as the heap orders it: by its time, then by a number from the seed. */
export type Timer = { readonly atMs: number; readonly tie: number; callback: (() => void) | undefined };

const isBefore = (a: Timer, b: Timer): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.tie < b.tie);

/** Timers, the next one first. One whose callback was taken away is passed over. */
export const createTimerHeap = () => {
  const heap: Timer[] = [];

  const swap = (i: number, j: number) => {
    const a = heap[i] as Timer;
    heap[i] = heap[j] as Timer;
    heap[j] = a;
  };

  const rise = (from: number) => {
    for (let i = from; i > 0; ) {
      const parent = (i - 1) >> 1;
      if (!isBefore(heap[i] as Timer, heap[parent] as Timer)) return;
      swap(i, parent);
      i = parent;
    }
  };

  const sink = () => {
    for (let i = 0; ; ) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2])
        if (child < heap.length && isBefore(heap[child] as Timer, heap[least] as Timer)) least = child;
      if (least === i) return;
      swap(i, least);
      i = least;
    }
  };

  const pop = (): Timer | undefined => {
    const first = heap[0];
    const last = heap.pop();
    if (first && last && heap.length) {
      heap[0] = last;
      sink();
    }
    return first;
  };

  return {
    push(timer: Timer) {
      heap.push(timer);
      rise(heap.length - 1);
    },
    /** Takes out the next timer that is due until then. */
    takeDue(untilMs: number): Timer | undefined {
      for (let first = heap[0]; first && first.atMs <= untilMs; first = heap[0]) {
        pop();
        if (first.callback) return first;
      }
      return undefined;
    },
  };
};
