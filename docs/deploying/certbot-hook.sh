#!/bin/sh
# Gives proxy-mirror the certificate that certbot has renewed, which only root may read where certbot keeps it. The server
# notices the new files by itself. To be put into /etc/letsencrypt/renewal-hooks/deploy/, executable.
set -eu
: "${RENEWED_LINEAGE:?certbot sets it: the folder of the renewed certificate}"
to=${PROXY_MIRROR_TLS:-/etc/proxy-mirror/tls}
group=${PROXY_MIRROR_GROUP:-proxy-mirror}

# The key first, and each file by a rename, so that no half of one is ever read.
for file in privkey.pem fullchain.pem; do
  install -m 640 -g "$group" "$RENEWED_LINEAGE/$file" "$to/.$file.new"
  mv -f "$to/.$file.new" "$to/$file"
done
