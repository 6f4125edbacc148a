#!/bin/sh
# Base backup and file store into a new folder; older folders than KEEP_DAYS go.
# The key ring is NOT part of it: it is kept elsewhere (docs/operation.md, "Key ring").
set -eu
: "${BACKUP_DIR:?folder of the backups}" "${FILESTORE:?folder of the attachments}"
KEEP_DAYS="${KEEP_DAYS:-35}"
name=$(date -u +%Y%m%dT%H%M%SZ)
work="$BACKUP_DIR/$name.part"
umask 077
mkdir -p "$work"
trap 'rm -rf "$work"' EXIT
# files first, database second, files again: no row of the backup lacks its file
cp -a "$FILESTORE" "$work/filestore"
pg_basebackup -D "$work/base" -Fp -Xs -c fast
cp -a -u "$FILESTORE/." "$work/filestore/"
pg_verifybackup -q "$work/base"
sync
mv "$work" "$BACKUP_DIR/$name"
trap - EXIT
find "$BACKUP_DIR" -mindepth 1 -maxdepth 1 -type d -name '20*Z' -mtime "+$KEEP_DAYS" \
    -exec rm -rf {} +
echo "backup $name: $(du -sh "$BACKUP_DIR/$name" | cut -f1)"
