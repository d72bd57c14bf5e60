import type { ChannelSecrets } from './channel-secrets.ts';
import { createIdentifyChannel } from './principal.ts';
import type { Route } from './router.ts';
import { type CustomerRouteOptions, createCustomerRoutes } from './routes/customer-routes.ts';
import { createOpenApiRoute } from './routes/openapi-route.ts';
import { createOrderRoute, type OrderRouteOptions } from './routes/order-route.ts';

type Options = Omit<OrderRouteOptions & CustomerRouteOptions, 'identify' | 'webhooksBySite'> &
  Omit<Parameters<typeof createIdentifyChannel>[0], 'keys'> & { readonly secrets: ChannelSecrets };

/**
 * The addresses of other channels. There are none before a site has a server key or a webhook secret: a host that this
 * server is mounted in may have such paths of its own.
 */
export const createChannelRoutes = ({ secrets: { keys, webhooksBySite }, ...options }: Options): readonly Route[] => {
  if (keys.length === 0 && Object.values(webhooksBySite).every((secrets) => secrets.length === 0)) return [];
  const identify = createIdentifyChannel({ ...options, keys });
  const routes = [
    createOrderRoute({ ...options, identify, webhooksBySite }),
    ...createCustomerRoutes({ ...options, identify }),
  ];
  return [...routes, createOpenApiRoute(routes)];
};
