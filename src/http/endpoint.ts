/** Responds to the requests of one place. */
export type Endpoint = (request: Request) => Response | Promise<Response>;

/** Endpoints of one place by method. That of GET responds to HEAD as well. */
export type Endpoints = Readonly<Record<string, Endpoint>>;
