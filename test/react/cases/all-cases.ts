import { watchReact } from '../screen.tsx';
import './before-ready.tsx';
import './concurrent.tsx';
import './keys.tsx';
import './listeners.tsx';
import './reading.tsx';
import './renders.tsx';
import './selecting.tsx';
import './server.tsx';

watchReact();
