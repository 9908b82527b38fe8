#include "admin/emergency_seal.h"

namespace salus::admin {

Result<request::Prepared> seal_keys(KeysDesk const& desk) {
    if (desk.executor == nullptr) {
        return fail(Errc::not_supported, "this operation cannot be executed here");
    }
    request::Prepared prepared;
    prepared.status = 202;
    prepared.headers.set("Content-Type", "application/json");
    prepared.content = request::PlainContent{R"({"sealed":true})"};
    prepared.after_commit = [executor = desk.executor] { executor->seal(); };
    return prepared;
}

}  // namespace salus::admin
