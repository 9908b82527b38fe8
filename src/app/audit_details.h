// Inside the room: the opened details of leaves, for an export; asked of the instance, which
// records each asking. Belongs to one thread.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "app/instance_client.h"
#include "audit_views/event_view.h"

namespace salus::app {

class AuditDetails {
public:
    // As the client whose private key is in the file, with the scope admin/audit.read. Nothing, and
    // `why`, if there is no instance or no token.
    static std::unique_ptr<AuditDetails> connect(std::filesystem::path const& directory,
                                                 std::string const& tenant,
                                                 std::string const& client_id,
                                                 std::filesystem::path const& key_file,
                                                 std::string& why);
    // nullptr: the leaf has none. Until the next call. Errors: as of the request.
    // REQUIRES: indices in rising order.
    [[nodiscard]] Result<audit_views::OpenedDetail const*> of(std::uint64_t index);

private:
    AuditDetails() = default;
    [[nodiscard]] Result<void> fetch(std::uint64_t index);

    std::unique_ptr<InstanceClient> client_;
    std::string path_;  // of the tenant
    std::string token_;
    std::uint64_t end_ = 0;  // leaves before this one were asked for
    std::map<std::uint64_t, audit_views::OpenedDetail> details_;
};

}  // namespace salus::app
