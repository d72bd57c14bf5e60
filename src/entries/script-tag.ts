import { createRelevo } from './browser.ts';
import { startScriptTag } from './start-script-tag.ts';

// In a worker there is no page to serve.
if (typeof document !== 'undefined') startScriptTag({ document, window, createRelevo });
