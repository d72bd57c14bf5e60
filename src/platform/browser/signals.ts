import type { Signal, Signals } from '../../client/ports.ts';

const isVisible = (): boolean => document.visibilityState !== 'hidden';

/**
 * The life of a page. Never `unload` or `beforeunload`: a page that listens to them is not kept for
 * the back and forward buttons. `pageshow` is told only of a page that comes back from being kept.
 */
export const signals: Signals = {
  isVisible,
  subscribe(listener) {
    const stop = new AbortController();
    const tell = (event: Event) => {
      if (event.type === 'visibilitychange') listener(isVisible() ? 'visible' : 'hidden');
      else if (event.type !== 'pageshow' || (event as PageTransitionEvent).persisted) listener(event.type as Signal);
    };
    for (const type of ['visibilitychange', 'pagehide', 'pageshow', 'online', 'offline'])
      (type === 'visibilitychange' ? document : window).addEventListener(type, tell, { signal: stop.signal });
    return () => stop.abort();
  },
  acts(listener) {
    const stop = new AbortController();
    // First of all, whatever the page does with them, and without holding up its scrolling.
    for (const type of ['pointerdown', 'pointermove', 'keydown', 'wheel'])
      document.addEventListener(type, listener, { signal: stop.signal, capture: true, passive: true });
    return () => stop.abort();
  },
};
