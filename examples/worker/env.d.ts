/** What `wrangler types` would write of wrangler.toml, in short. */
declare module 'cloudflare:workers' {
  export const env: { readonly UPSTREAM: string; readonly MIRROR: string };
}
