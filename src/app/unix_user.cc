#include "app/unix_user.h"

#include <pwd.h>
#include <unistd.h>
#include <vector>

namespace salus::app {

std::optional<uid_t> user_id(std::string const& name) {
    if (name.empty()) return ::geteuid();
    passwd entry{};
    passwd* found = nullptr;
    std::vector<char> space(16'384);
    if (::getpwnam_r(name.c_str(), &entry, space.data(), space.size(), &found) != 0 ||
        found == nullptr) {
        return std::nullopt;
    }
    return found->pw_uid;
}

}  // namespace salus::app
