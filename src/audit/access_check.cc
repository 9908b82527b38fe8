#include "audit/access_check.h"

#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <string_view>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "foundation/file.h"

namespace salus::audit {
namespace {

constexpr std::size_t kFindingsMost = 20;
constexpr int kDepthMost = 8;  // audit/TENANT/tile/entries/x123/x456, and one more
constexpr mode_t kRights = 07777;
constexpr auto kSameUser = static_cast<uid_t>(-1);

// What stands in a log's directory and is the server's alone: who may open the lock can hold it,
// and the index of patients is no part of the log.
bool is_private(std::string_view name) {
    return name == "lock" || name == "patients";
}
// What a crash left half made: it may not have its rights yet.
bool is_unfinished(std::string_view name) {
    return name.ends_with(".new");
}

std::unexpected<Error> unreadable_directory() {
    return fail(Errc::unavailable, "the directory of the audit logs cannot be read");
}

// An access control list, whose entries the mode does not show.
bool has_list(int descriptor) {
    return ::fgetxattr(descriptor, "system.posix_acl_access", nullptr, 0) > 0;
}

struct Problem {
    Literal why;
    bool mendable = false;
};
constexpr Problem kNoFile{"is a link, or no file at all", false};

// A directory or file that is looked at.
struct Node {
    struct stat is{};
    bool shared = false;
    bool unfinished = false;

    [[nodiscard]] bool is_directory() const noexcept { return S_ISDIR(is.st_mode); }
    [[nodiscard]] mode_t wanted() const noexcept {
        if (is_directory()) return shared ? S_ISGID | 0750 : 0700;
        return shared ? 0640 : 0600;
    }
};

std::optional<Problem> judge(Node const& node, LogAccess const& access) {
    auto const& is = node.is;
    if (!node.is_directory() && !S_ISREG(is.st_mode)) return kNoFile;
    if (is.st_uid != access.owner) return Problem{"belongs to another user than the server", false};
    if (!node.is_directory() && is.st_nlink > 1) {
        return Problem{"has a second name (hard link)", false};
    }
    auto const mode = is.st_mode & kRights;
    auto const wanted = node.wanted();
    // In a directory that is not shared the bit hands on a group that may do nothing.
    mode_t const harmless = node.is_directory() ? S_ISGID : 0;
    if ((mode & ~(wanted | harmless)) != 0) {
        return Problem{"others than the server and the readers have rights to it", true};
    }
    if ((mode & S_IRWXU) != (wanted & S_IRWXU)) {
        return Problem{"the server has not all rights to it", true};
    }
    if (!node.shared || node.unfinished) return std::nullopt;
    if (is.st_gid != *access.readers) return Problem{"is not of the readers' group", true};
    if (mode != wanted) return Problem{"the readers cannot read it, or it hands nothing on", true};
    return std::nullopt;
}

// Where an entry stands.
struct EntryPlace {
    int depth = 0;        // 0: the logs' directory; 1: a log
    bool shared = false;  // with the readers, if there are any
    bool tiles = false;   // below a log's tile/
};

class Walk {
public:
    enum class Purpose { look, mend };
    Walk(LogAccess const& access, AccessDepth depth, Purpose purpose)
        : access_(access), depth_(depth), purpose_(purpose) {}

    Result<void> run(std::filesystem::path const& logs) {
        auto const parent = logs.has_parent_path() ? logs.parent_path() : ".";
        FileDescriptor const home(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!home.valid()) return unreadable_directory();
        SALUS_TRY_VOID(entrance(home.get()));
        auto const name = logs.filename().string();
        return enter(home.get(), name, name, {.shared = access_.readers.has_value()});
    }

    std::vector<AccessFinding> findings;
    std::uint64_t mended = 0;

private:
    // Whoever may write here can put another directory in the logs' place.
    Result<void> entrance(int home) {
        struct stat is{};
        if (::fstat(home, &is) != 0) return unreadable_directory();
        bool const is_ours = is.st_uid == access_.owner || is.st_uid == 0;
        if (!is_ours || (is.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
            find(".", {"others than the server may change what is in it", false});
        }
        if (!access_.readers || (is.st_mode & S_IXOTH) != 0) return {};
        bool const passable = is.st_gid == *access_.readers && (is.st_mode & S_IXGRP) != 0;
        if (passable) return {};
        if (purpose_ == Purpose::mend) return set(home, (is.st_mode & 0700) | S_IXGRP);
        find(".", {"the readers cannot pass through it", true});
        return {};
    }

    void find(std::string const& path, Problem const& problem) {
        findings.push_back({path, problem.why, problem.mendable});
    }

    Result<void> set(int descriptor, mode_t mode) {
        if (access_.readers && ::fchown(descriptor, kSameUser, *access_.readers) != 0) {
            return fail(Errc::forbidden, "a file could not be given to the readers' group");
        }
        if (::fchmod(descriptor, mode) != 0) {
            return fail(Errc::forbidden, "the rights of a file could not be set");
        }
        ++mended;
        return {};
    }

    Result<void> enter(int parent, std::string const& name, std::string const& path,
                       EntryPlace const& place) {
        FileDescriptor const handle(
            ::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
        if (!handle.valid()) return not_opened(path);
        SALUS_TRY_VOID(look(handle.get(), path, {.is = {}, .shared = place.shared}));
        if (place.depth < kDepthMost) return enter_each(handle.get(), path, place);
        find(path, {"stands deeper than anything of a log", false});
        return {};
    }

    Result<void> not_opened(std::string const& path) {
        if (errno == ENOENT) return {};  // renamed meanwhile
        if (errno == ELOOP || errno == ENOTDIR) {
            find(path, kNoFile);
        } else if (errno == EACCES) {
            find(path, {"the server cannot read it", false});
        } else {
            return unreadable_directory();
        }
        return {};
    }

    Result<void> enter_each(int directory, std::string const& path, EntryPlace const& place) {
        auto const close = [](DIR* list) { ::closedir(list); };
        std::unique_ptr<DIR, decltype(close)> const list(
            ::fdopendir(::fcntl(directory, F_DUPFD_CLOEXEC, 0)), close);
        if (!list) return unreadable_directory();
        while (auto const* const entry = ::readdir(list.get())) {
            std::string const name = entry->d_name;
            if (name == "." || name == "..") continue;
            if (findings.size() >= kFindingsMost) return {};
            bool const of_log = place.depth == 1;
            EntryPlace const at{.depth = place.depth + 1,
                                .shared = place.shared && !(of_log && is_private(name)),
                                .tiles = place.tiles || (of_log && name == "tile")};
            auto below = path;
            below.append("/").append(name);
            SALUS_TRY_VOID(one(directory, *entry, below, at));
        }
        return {};
    }

    Result<void> one(int directory, dirent const& entry, std::string const& path,
                     EntryPlace const& place) {
        std::string const name = entry.d_name;
        if (entry.d_type == DT_DIR) return enter(directory, name, path, place);
        bool const is_tile = place.tiles && entry.d_type == DT_REG;
        if (is_tile && depth_ == AccessDepth::all_but_tiles) return {};
        struct stat named{};
        if (::fstatat(directory, name.c_str(), &named, AT_SYMLINK_NOFOLLOW) != 0) {
            return not_opened(path);
        }
        if (S_ISDIR(named.st_mode)) return enter(directory, name, path, place);
        if (!S_ISREG(named.st_mode)) {
            find(path, kNoFile);
            return {};
        }
        // Opened without following anything: what is judged is what is changed.
        FileDescriptor const handle(
            ::openat(directory, name.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW));
        if (!handle.valid()) return not_opened(path);
        return look(handle.get(), path,
                    {.is = {}, .shared = place.shared, .unfinished = is_unfinished(name)});
    }

    Result<void> look(int descriptor, std::string const& path, Node node) {
        if (::fstat(descriptor, &node.is) != 0) return unreadable_directory();
        auto const problem = judge(node, access_);
        if (problem && problem->mendable && purpose_ == Purpose::mend) {
            return set(descriptor, node.wanted());
        }
        if (problem) find(path, *problem);
        if (has_list(descriptor)) find(path, {"has an access control list", false});
        return {};
    }

    LogAccess const& access_;
    AccessDepth depth_;
    Purpose purpose_;
};

}  // namespace

Result<std::vector<AccessFinding>> check_access(std::filesystem::path const& logs,
                                                LogAccess const& access, AccessDepth depth) {
    Walk walk(access, depth, Walk::Purpose::look);
    SALUS_TRY_VOID(walk.run(logs));
    return std::move(walk.findings);
}

Result<std::uint64_t> mend_access(std::filesystem::path const& logs, LogAccess const& access) {
    Walk walk(access, AccessDepth::everything, Walk::Purpose::mend);
    SALUS_TRY_VOID(walk.run(logs));
    return walk.mended;
}

}  // namespace salus::audit
