#include "app/unix_user.h"

#include <algorithm>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>
#include <vector>

namespace salus::app {
namespace {

// More than an entry of the system's databases takes.
constexpr std::size_t kEntryBytes = 16'384;
constexpr std::size_t kGroupEntryBytes = std::size_t{1} << 20;  // with all its members

}  // namespace

std::optional<uid_t> user_id(std::string const& name) {
    if (name.empty()) return ::geteuid();
    passwd entry{};
    passwd* found = nullptr;
    std::vector<char> space(kEntryBytes);
    if (::getpwnam_r(name.c_str(), &entry, space.data(), space.size(), &found) != 0 ||
        found == nullptr) {
        return std::nullopt;
    }
    return found->pw_uid;
}

std::optional<gid_t> group_id(std::string const& name) {
    group entry{};
    group* found = nullptr;
    std::vector<char> space(kGroupEntryBytes);
    if (::getgrnam_r(name.c_str(), &entry, space.data(), space.size(), &found) != 0 ||
        found == nullptr) {
        return std::nullopt;
    }
    return found->gr_gid;
}

bool is_in_group(gid_t group) {
    if (::geteuid() == 0 || ::getegid() == group) return true;
    std::vector<gid_t> groups(static_cast<std::size_t>(std::max(0, ::getgroups(0, nullptr))));
    auto const count = ::getgroups(static_cast<int>(groups.size()), groups.data());
    return count > 0 && std::ranges::find(groups, group) != groups.end();
}

}  // namespace salus::app
