#!/bin/sh
# Attachments newer than the last backup, beside it: the WAL brings back rows written since
# then, and a row without its file is lost. Odoo never changes a file, so one copy is enough.
set -eu
: "${BACKUP_DIR:?folder of the backups}" "${FILESTORE:?folder of the attachments}"
umask 077
mkdir -p "$BACKUP_DIR/recent/filestore"
cd "$FILESTORE"
find . -type f -newer "$BACKUP_DIR/begun" \
    -exec cp -a -u --parents -t "$BACKUP_DIR/recent/filestore" {} +
