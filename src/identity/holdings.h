// Lists of what the identity compartment holds: the store finds documents by id alone. Any thread;
// values.
#pragma once

#include <string>
#include <vector>

#include "foundation/result.h"
#include "json/document.h"
#include "records/sealing.h"

namespace salus::identity {

// Which sessions and grants a user has, so that they can be shown and ended.
struct UserHoldings {
    static constexpr records::DocumentClass kClass = records::DocumentClass::user;
    static constexpr std::string_view kType = "UserHoldings";  // its id is the user's
    std::vector<std::string> sessions;
    std::vector<std::string> grants;
    [[nodiscard]] std::string to_json() const;
    static Result<UserHoldings> from_json(json::Value root);
};

// All users of a tenant, or all clients: ids in the order in which they were added.
struct Directory {
    static constexpr records::DocumentClass kClass = records::DocumentClass::user;
    static constexpr std::string_view kType = "Directory";  // ids: "users", "clients"
    std::vector<std::string> ids;
    [[nodiscard]] std::string to_json() const;
    static Result<Directory> from_json(json::Value root);
};

// Takes the id out; adds it at the end, once.
void remove_id(std::vector<std::string>& ids, std::string_view id);
void add_id(std::vector<std::string>& ids, std::string_view id);

}  // namespace salus::identity
