export interface paths {
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The server runs. */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What devices say and hear: src/protocol/PROTOCOL.md. Use the SDK. */
        post: operations["sync"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orders/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** An order was placed: what it bought leaves the cart, once for each order id, on all devices. */
        post: operations["completeOrder"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/customers/{customer}/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who read and wrote, the latest first. */
        get: operations["readAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/customers/{customer}/{collection}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is there, the oldest first. */
        get: operations["readCollection"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/customers/{customer}/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A ticket for the live channel, which tells when to read again. */
        post: operations["openLive"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/customers/{customer}/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Changes some entries, each answered by itself. */
        post: operations["change"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Audit: {
            entries: ({
                at: number;
                /** @enum {string} */
                by: "key" | "agent" | "webhook";
                key?: string;
                actor: string;
                channel: string;
                /** @enum {string} */
                act: "read" | "write" | "order" | "refused";
                collections: string[];
                times: number;
            } & {
                [key: string]: unknown;
            })[];
            next?: string;
        } & {
            [key: string]: unknown;
        };
        Changes: {
            channel: string;
            actor?: string;
            changes: (({
                /** @constant */
                type: "add";
                /** @constant */
                collection: "cart";
                item: {
                    sku: string;
                    properties?: {
                        [key: string]: unknown;
                    };
                    seller?: string;
                    sellingPlan?: string;
                    title?: string | null;
                    price?: ({
                        amountMinor: number;
                        currency: string;
                    } & {
                        [key: string]: unknown;
                    }) | null;
                    url?: string | null;
                    image?: string | null;
                    /** @default 1 */
                    quantity: number;
                } & {
                    [key: string]: unknown;
                };
            } & {
                [key: string]: unknown;
            }) | ({
                /** @constant */
                type: "set";
                /** @constant */
                collection: "cart";
                line: string | ({
                    sku: string;
                    properties?: {
                        [key: string]: unknown;
                    };
                    seller?: string;
                    sellingPlan?: string;
                } & {
                    [key: string]: unknown;
                });
                quantity: number;
            } & {
                [key: string]: unknown;
            }) | ({
                /** @constant */
                type: "remove";
                /** @constant */
                collection: "cart";
                line: string | ({
                    sku: string;
                    properties?: {
                        [key: string]: unknown;
                    };
                    seller?: string;
                    sellingPlan?: string;
                } & {
                    [key: string]: unknown;
                });
            } & {
                [key: string]: unknown;
            }) | ({
                /** @constant */
                type: "update";
                /** @constant */
                collection: "cart";
                line: string | ({
                    sku: string;
                    properties?: {
                        [key: string]: unknown;
                    };
                    seller?: string;
                    sellingPlan?: string;
                } & {
                    [key: string]: unknown;
                });
                details: {
                    title?: string | null;
                    price?: ({
                        amountMinor: number;
                        currency: string;
                    } & {
                        [key: string]: unknown;
                    }) | null;
                    url?: string | null;
                    image?: string | null;
                } & {
                    [key: string]: unknown;
                };
            } & {
                [key: string]: unknown;
            }) | ({
                /** @constant */
                type: "put";
                collection: string;
                key: string;
                value: unknown;
            } & {
                [key: string]: unknown;
            }) | ({
                /** @constant */
                type: "patch";
                collection: string;
                key: string;
                fields: {
                    [key: string]: unknown;
                };
            } & {
                [key: string]: unknown;
            }) | ({
                /** @constant */
                type: "want";
                collection: string;
                key: string;
                on: boolean;
            } & {
                [key: string]: unknown;
            }))[];
        } & {
            [key: string]: unknown;
        };
        ChangesReply: {
            version: number;
            results: ({
                key: string;
                /** @enum {string} */
                status: "ok" | "superseded" | "rejected";
                code?: string;
            } & {
                [key: string]: unknown;
            })[];
        } & {
            [key: string]: unknown;
        };
        Entries: {
            customer: string;
            collection: string;
            version: number;
            entries: ({
                key: string;
                quantity?: number;
                sku?: string;
                properties?: {
                    [key: string]: unknown;
                };
                seller?: string;
                sellingPlan?: string;
                title?: string;
                price?: {
                    amountMinor: number;
                    currency: string;
                } & {
                    [key: string]: unknown;
                };
                url?: string;
                image?: string;
                channel?: string;
                actor?: string;
                parked?: string;
                value?: unknown;
                fields?: {
                    [key: string]: unknown;
                };
                updatedAt?: number;
            } & {
                [key: string]: unknown;
            })[];
        } & {
            [key: string]: unknown;
        };
        Error: {
            code: string;
            message: string;
            retryable: boolean;
            known?: [
                string,
                number
            ];
            space?: string;
        } & {
            [key: string]: unknown;
        };
        LiveTicket: {
            ticket: string;
        } & {
            [key: string]: unknown;
        };
        OrderReply: {
            /** @enum {string} */
            status: "completed" | "known" | "ignored";
            orderId?: string;
            taken: ({
                key: string;
                sku: string;
                quantity: number;
            } & {
                [key: string]: unknown;
            })[];
            left: ({
                sku: string;
                properties?: {
                    [key: string]: unknown;
                };
                quantity: number;
            } & {
                [key: string]: unknown;
            })[];
            duplicateOf?: string;
            /** @constant */
            code?: "order/duplicate-snapshot";
        } & {
            [key: string]: unknown;
        };
        /** @description The order, or an event whose `data` it is: `order.completed`. Other events are ignored. */
        OrderReport: ({
            orderId: string;
            customerId?: string;
            checkoutId?: string;
            lines?: ({
                sku: string;
                properties?: {
                    [key: string]: unknown;
                };
                quantity: number;
            } & {
                [key: string]: unknown;
            })[];
            /** @default web */
            channel: string;
            site?: string;
        } & {
            [key: string]: unknown;
        }) | ({
            type: string;
            timestamp?: unknown;
            site?: string;
            data: unknown;
        } & {
            [key: string]: unknown;
        });
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It does. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status?: "ok";
                    };
                };
            };
        };
    };
    sync: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description As PROTOCOL.md has it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            /** @description Refused. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    completeOrder: {
        parameters: {
            query?: never;
            header?: {
                /** @description Of a signed webhook: the same when it is sent again. */
                "webhook-id"?: string;
                /** @description Of a signed webhook: when, in seconds; at most 5 minutes off. */
                "webhook-timestamp"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OrderReport"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrderReply"];
                };
            };
            /** @description `request/malformed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `auth/key`, `webhook/signature`, `webhook/time` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `auth/scope`, `site/origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `checkout/unknown` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `request/too-large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `request/encoding` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `request/idempotency` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `request/rate` */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `server/internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `server/busy` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Refused otherwise. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    readAudit: {
        parameters: {
            query?: {
                /** @description What `next` of the page before says. */
                before?: string;
            };
            header?: {
                /** @description The site of a token. */
                "Relevo-Site"?: string;
                /** @description Who of those that share a server key asks; nobody is called `customer` or `webhook`. */
                "Relevo-Actor"?: string;
                /** @description Where it is asked. */
                "Relevo-Channel"?: string;
            };
            path: {
                /** @description As the shop's tokens name them, percent-encoded. */
                customer: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Audit"];
                };
            };
            /** @description `request/malformed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `auth/key`, `auth/expired`, `auth/signature`, `auth/agent` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `auth/scope`, `site/origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `request/not-found`, `site/unknown` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `request/rate` */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `server/internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `server/busy`, `auth/keys` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Refused otherwise. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    readCollection: {
        parameters: {
            query?: never;
            header?: {
                /** @description The site of a token. */
                "Relevo-Site"?: string;
                /** @description Who of those that share a server key asks; nobody is called `customer` or `webhook`. */
                "Relevo-Actor"?: string;
                /** @description Where it is asked. */
                "Relevo-Channel"?: string;
            };
            path: {
                /** @description As the shop's tokens name them, percent-encoded. */
                customer: string;
                /** @description Its name. */
                collection: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Entries"];
                };
            };
            /** @description `request/malformed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `auth/key`, `auth/expired`, `auth/signature`, `auth/agent` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `auth/scope`, `site/origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `request/not-found`, `site/unknown` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `request/rate` */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `server/internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `server/busy`, `auth/keys` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Refused otherwise. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    openLive: {
        parameters: {
            query?: never;
            header?: {
                /** @description The site of a token. */
                "Relevo-Site"?: string;
                /** @description Who of those that share a server key asks; nobody is called `customer` or `webhook`. */
                "Relevo-Actor"?: string;
                /** @description Where it is asked. */
                "Relevo-Channel"?: string;
            };
            path: {
                /** @description As the shop's tokens name them, percent-encoded. */
                customer: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LiveTicket"];
                };
            };
            /** @description `request/malformed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `auth/key`, `auth/expired`, `auth/signature`, `auth/agent` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `auth/scope`, `site/origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `request/not-found`, `site/unknown` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `request/rate` */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `server/internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `server/busy`, `auth/keys` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Refused otherwise. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    change: {
        parameters: {
            query?: never;
            header: {
                /** @description The site of a token. */
                "Relevo-Site"?: string;
                /** @description Who of those that share a server key asks; nobody is called `customer` or `webhook`. */
                "Relevo-Actor"?: string;
                /** @description Where it is asked. */
                "Relevo-Channel"?: string;
                /** @description New for each request; the same again within a day counts once. */
                "Idempotency-Key": string;
            };
            path: {
                /** @description As the shop's tokens name them, percent-encoded. */
                customer: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Changes"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangesReply"];
                };
            };
            /** @description `request/malformed` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `auth/key`, `auth/expired`, `auth/signature`, `auth/agent` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `auth/scope`, `site/origin` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `request/not-found`, `site/unknown` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `request/too-large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `request/encoding` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `request/idempotency` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `request/rate` */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `server/internal` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `server/busy`, `auth/keys` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Refused otherwise. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
}
