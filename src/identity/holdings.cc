#include "identity/holdings.h"

#include <algorithm>

#include "identity/json_members.h"

namespace salus::identity {

std::string UserHoldings::to_json() const {
    std::string out;
    json::Writer writer(out);
    writer.begin_object();
    write_texts(writer, "sessions", sessions);
    write_texts(writer, "grants", grants);
    writer.end_object();
    return out;
}

Result<UserHoldings> UserHoldings::from_json(json::Value root) {
    UserHoldings holdings;
    SALUS_TRY(holdings.sessions, texts_in(root, "sessions"));
    SALUS_TRY(holdings.grants, texts_in(root, "grants"));
    return holdings;
}

std::string Directory::to_json() const {
    std::string out;
    json::Writer writer(out);
    writer.begin_object();
    write_texts(writer, "ids", ids);
    writer.end_object();
    return out;
}

Result<Directory> Directory::from_json(json::Value root) {
    Directory directory;
    SALUS_TRY(directory.ids, texts_in(root, "ids"));
    return directory;
}

void remove_id(std::vector<std::string>& ids, std::string_view id) {
    std::erase(ids, id);
}

void add_id(std::vector<std::string>& ids, std::string_view id) {
    if (std::ranges::find(ids, id) == ids.end()) ids.emplace_back(id);
}

}  // namespace salus::identity
