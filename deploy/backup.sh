#!/bin/sh
# Base backup and attachments into a new folder; folders and WAL older than KEEP_DAYS go.
# The key ring is NOT part of it: it is kept elsewhere (docs/operation.md, "Key ring").
set -eu
: "${BACKUP_DIR:?folder of the backups}" "${FILESTORE:?folder of the attachments}"
: "${WAL_DIR:?folder of the archived WAL}"
KEEP_DAYS="${KEEP_DAYS:-35}"
name=$(date -u +%Y%m%dT%H%M%SZ)
work="$BACKUP_DIR/$name.part"
version=$(psql -XAtd postgres -c "SHOW server_version_num")
PATH="/usr/lib/postgresql/$((version / 10000))/bin:$PATH" # Debian links only some programs
umask 077
mkdir -p "$work"
trap 'rm -rf "$work"' EXIT
touch "$work/begun"
# files first, database second, files again: no row of the backup lacks its file
cp -a "$FILESTORE" "$work/filestore"
pg_basebackup -D "$work/base" -Fp -Xs -c fast
cp -a -u "$FILESTORE/." "$work/filestore/"
pg_verifybackup -q "$work/base"
sync
mv "$work" "$BACKUP_DIR/$name"
trap - EXIT
# backup_files.sh goes on from here; what it kept since the last backup is in this one
ln -sfn "$name/begun" "$BACKUP_DIR/begun"
rm -rf "$BACKUP_DIR/recent"
find "$BACKUP_DIR" -mindepth 1 -maxdepth 1 -type d -name '20*Z' -mtime "+$KEEP_DAYS" \
    -exec rm -rf {} +
oldest=$(find "$BACKUP_DIR" -mindepth 1 -maxdepth 1 -name '20*Z' | sort | head -n 1)
needed=$(sed -n 's/^START WAL LOCATION: .*(file \(.*\))$/\1/p' "$oldest/base/backup_label")
pg_archivecleanup "$WAL_DIR" "$needed"
echo "backup $name: $(du -sh "$BACKUP_DIR/$name" | cut -f1)"
