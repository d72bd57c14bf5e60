import { readFileSync } from 'node:fs';
import { readForm } from '../shop/read-form.mjs';
import { stagePage } from './page.mjs';

const publicFolder = new URL('public/', import.meta.url);
const assets = {
  '/stage.js': ['stage.js', 'text/javascript; charset=utf-8'],
  '/acts.js': ['acts.js', 'text/javascript; charset=utf-8'],
  '/till.js': ['till.js', 'text/javascript; charset=utf-8'],
  '/stage.css': ['stage.css', 'text/css; charset=utf-8'],
  '/story.css': ['story.css', 'text/css; charset=utf-8'],
};

/**
 * The page with the story, the devices side by side, the switches that cut a device's line, and the till.
 *
 * @param {{ origin: string, till: ReturnType<typeof import('./till.mjs').createStageTill>, devices: readonly { id: string, origin: string, line: { isConnected(): boolean, setConnected(wanted: boolean): void } }[] }} options
 */
export const createStage = ({ origin, devices, till }) => {
  const headers = {
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "connect-src 'self'",
      `img-src ${devices[0].origin}`,
      `frame-src ${devices.map((device) => device.origin).join(' ')}`,
      "base-uri 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].join('; '),
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  };
  const page = stagePage(devices);

  return async (req, res) => {
    const send = (status, type, body) => res.writeHead(status, { ...headers, 'content-type': type }).end(body);
    const path = new URL(req.url, origin).pathname;
    if (req.method === 'GET' && path === '/') return send(200, 'text/html; charset=utf-8', page);
    if (req.method === 'GET' && Object.hasOwn(assets, path)) {
      const [file, type] = assets[path];
      return send(200, type, readFileSync(new URL(file, publicFolder)));
    }
    if (req.method === 'GET' && path === '/devices') {
      const connected = Object.fromEntries(devices.map(({ id, line }) => [id, line.isConnected()]));
      return send(200, 'application/json', JSON.stringify(connected));
    }
    const isForeign = req.headers.origin !== undefined && req.headers.origin !== origin;
    if (req.method === 'POST' && path === '/till') {
      if (isForeign) return send(403, 'text/plain', 'Not from there');
      const asked = Object.fromEntries(await readForm(req).catch(() => []));
      const done = await till.run(asked).then(
        (paper) => ({ paper }),
        ({ message }) => ({ trouble: message }),
      );
      return send(200, 'application/json', JSON.stringify(done));
    }
    // POST /devices/phone/offline and /devices/phone/online
    const [, folder, id, wanted] = path.split('/');
    const device = devices.find((one) => one.id === id);
    const isSwitch = req.method === 'POST' && folder === 'devices' && device && ['online', 'offline'].includes(wanted);
    if (!isSwitch) return send(404, 'text/plain', 'Not here');
    if (isForeign) return send(403, 'text/plain', 'Not from there');
    device.line.setConnected(wanted === 'online');
    return res.writeHead(204, headers).end();
  };
};
