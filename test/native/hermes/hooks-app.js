import * as hooks from 'relevo/react';

globalThis.hooks = hooks;
