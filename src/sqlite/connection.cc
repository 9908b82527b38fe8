#include "sqlite/connection.h"

#include "foundation/check.h"

namespace salus::sqlite {
namespace {

Failure failure_of(int code) {
    if (code == SQLITE_IOERR_CORRUPTFS) return Failure::corrupt;
    switch (code & 0xff) {  // the primary code: sqlite.org/rescode.html
        case SQLITE_CONSTRAINT: return Failure::constraint;
        case SQLITE_FULL: return Failure::disk_full;
        case SQLITE_BUSY:
        case SQLITE_LOCKED: return Failure::busy;
        case SQLITE_READONLY: return Failure::read_only;
        case SQLITE_IOERR:
        case SQLITE_CANTOPEN:
        case SQLITE_PERM: return Failure::input_output;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB: return Failure::corrupt;
        default: return Failure::other;
    }
}

Error error_of(Failure failure) {
    switch (failure) {
        case Failure::constraint:
            return {Errc::conflict, "the database refused a row that breaks a constraint"};
        case Failure::disk_full: return {Errc::unavailable, "the disk is full"};
        case Failure::busy: return {Errc::unavailable, "the database is in use elsewhere"};
        case Failure::read_only: return {Errc::unavailable, "the database is read-only"};
        case Failure::input_output:
            return {Errc::unavailable, "the database file could not be read or written"};
        case Failure::corrupt: return {Errc::corrupt, "the database file is damaged"};
        case Failure::none:
        case Failure::other: break;
    }
    return {Errc::internal, "the database failed"};
}

}  // namespace

Connection::~Connection() {
    // Fails only when a statement is still open, which would be a leak of memory and locks.
    SALUS_CHECK(sqlite3_close(handle) == SQLITE_OK);
}

Result<void> Connection::checked(int code) {
    if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return {};
    failure = failure_of(code);
    return fail(error_of(failure));
}

}  // namespace salus::sqlite
