/** The version of package.json and deno.json. Stands here because neither is beside the code on every runtime. */
export const VERSION = '0.1.0';
