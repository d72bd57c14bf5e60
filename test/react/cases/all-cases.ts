import { watchReact } from '../screen.tsx';
import './concurrent.tsx';
import './listeners.tsx';
import './reading.tsx';
import './renders.tsx';
import './selecting.tsx';
import './server.tsx';

watchReact();
