#include "backup/repository.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "foundation/backup_limits.h"

namespace salus::backup {
namespace {

constexpr std::string_view kMarker = "repository";
constexpr std::string_view kFormat = "salus-backup 1 ";
constexpr std::string_view kManifestEnd = ".manifest";
constexpr std::size_t kDigits = 10;
constexpr std::size_t kMarkerBytes = 1024;

Error refusal() {
    bool const full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
    return {Errc::unavailable, full ? Literal("there is no room for the backup")
                                    : Literal("the place of the backup cannot be written")};
}

// Contents first, name after: a name never stands for half a block.
Result<void> write_block(std::filesystem::path const& path, BytesView contents) {
    auto temporary = path;
    temporary += ".new";
    {
        FileDescriptor const file(
            ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
        if (!file.valid()) return fail(refusal());
        while (!contents.empty()) {
            auto const written = ::write(file.get(), contents.data(), contents.size());
            if (written < 0 && errno == EINTR) continue;
            if (written <= 0) return fail(refusal());
            contents = contents.subspan(static_cast<std::size_t>(written));
        }
        if (::fdatasync(file.get()) != 0) return fail(refusal());
    }
    if (::rename(temporary.c_str(), path.c_str()) != 0) return fail(refusal());
    return {};
}

std::optional<std::uint64_t> number_in(std::string_view name) {
    if (name.size() != kDigits + kManifestEnd.size() || !name.ends_with(kManifestEnd)) {
        return std::nullopt;
    }
    std::uint64_t number = 0;
    auto const [end, error] = std::from_chars(name.data(), name.data() + kDigits, number);
    if (error != std::errc() || end != name.data() + kDigits || number == 0) return std::nullopt;
    return number;
}

std::optional<BlockName> block_in(std::string const& name) {
    auto const bytes = name.size() == 64 ? from_hex(name) : std::nullopt;
    if (!bytes) return std::nullopt;
    BlockName block{};
    std::ranges::copy(*bytes, block.begin());
    return block;
}

std::string hex_byte(std::size_t value) {
    auto const byte = static_cast<std::uint8_t>(value);
    return to_hex(BytesView(&byte, 1));
}

}  // namespace

Literal name_of(Part part) noexcept {
    return part == Part::data ? Literal("data") : Literal("keys");
}

Result<void> Repository::create(std::filesystem::path const& directory, Part part,
                                std::string const& realm) {
    std::error_code error;
    if (std::filesystem::exists(directory, error) && !std::filesystem::is_empty(directory, error)) {
        return fail(Errc::conflict, "the place of the backup holds something else");
    }
    SALUS_TRY_VOID(make_private_directory(directory));
    SALUS_TRY_VOID(make_private_directory(directory / "manifests"));
    SALUS_TRY_VOID(make_private_directory(directory / "blocks"));
    // Last: with it, the directory is a repository.
    auto const marker = std::string(kFormat) + std::string(name_of(part).text()) + " " + realm;
    return write_file_durably(directory / kMarker, bytes_of(marker), FileAccess::private_to_owner);
}

Result<Repository> Repository::open(std::filesystem::path const& directory, Part part) {
    auto const marker = read_file(directory / kMarker, kMarkerBytes);
    if (!marker) {
        if (marker.error().code != Errc::not_found) return std::unexpected(marker.error());
        return fail(Errc::not_found, "there is no repository of backups");
    }
    auto text = std::string(text_of(*marker));
    if (!text.starts_with(kFormat)) {
        return fail(Errc::corrupt, "the repository is of a form that this program does not know");
    }
    text.erase(0, kFormat.size());
    auto const expected = std::string(name_of(part).text()) + " ";
    if (!text.starts_with(expected)) {
        return fail(Errc::conflict, "the repository is that of the other part");
    }
    return Repository(directory, text.substr(expected.size()));
}

Result<FileLock> Repository::lock() const {
    auto lock = FileLock::acquire(directory_ / "lock");
    if (!lock && lock.error().code == Errc::conflict) {
        return fail(Errc::conflict, "another backup is being written here");
    }
    return lock;
}

std::filesystem::path Repository::folder(std::size_t number) const {
    return directory_ / "blocks" / hex_byte(number);
}

std::filesystem::path Repository::path_of(BlockName const& name) const {
    return folder(name[0]) / to_hex(name);
}

std::filesystem::path Repository::manifest_path(std::uint64_t backup) const {
    auto const digits = std::to_string(backup);
    auto const zeros = kDigits - std::min(kDigits, digits.size());
    return directory_ / "manifests" /
           (std::string(zeros, '0') + digits + std::string(kManifestEnd));
}

Result<Repository::Put> Repository::put(BlockName const& name, BytesView block) {
    auto const path = path_of(name);
    std::error_code error;
    auto const size = std::filesystem::file_size(path, error);
    if (!error && size == block.size()) return Put::present;
    if (::mkdir(path.parent_path().c_str(), 0700) != 0 && errno != EEXIST) return fail(refusal());
    SALUS_TRY_VOID(write_block(path, block));
    written_.set(name[0]);
    return Put::written;
}

Result<void> Repository::sync() {
    for (std::size_t i = 0; i < kFolders; ++i) {
        if (written_.test(i)) SALUS_TRY_VOID(sync_directory(folder(i)));
    }
    if (written_.any()) SALUS_TRY_VOID(sync_directory(directory_ / "blocks"));
    written_.reset();
    return {};
}

Result<Bytes> Repository::get(BlockName const& name) const {
    auto block = read_file(path_of(name), limits::kBackupBlockBytes);
    if (!block) {
        if (block.error().code == Errc::not_found) {
            return fail(Errc::not_found, "a block of the backup is missing");
        }
        if (block.error().code != Errc::too_large) return block;
    }
    if (!block || crypto::sha256(*block) != name) {
        return fail(Errc::corrupt, "a block of the backup was changed");
    }
    return block;
}

Result<std::vector<std::uint64_t>> Repository::backups() const {
    std::vector<std::uint64_t> numbers;
    std::error_code error;
    std::filesystem::directory_iterator entry(directory_ / "manifests", error);
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
        auto const number = number_in(entry->path().filename().string());
        if (number) numbers.push_back(*number);
    }
    if (error) return fail(Errc::unavailable, "the manifests cannot be listed");
    std::ranges::sort(numbers);
    return numbers;
}

Result<Bytes> Repository::manifest(std::uint64_t backup) const {
    auto manifest = read_file(manifest_path(backup), limits::kBackupManifestBytes);
    if (!manifest && manifest.error().code == Errc::not_found) {
        return fail(Errc::not_found, "there is no backup of this number");
    }
    return manifest;
}

Result<void> Repository::add_manifest(std::uint64_t backup, BytesView manifest) {
    SALUS_TRY_VOID(write_block(manifest_path(backup), manifest));
    return sync_directory(directory_ / "manifests");
}

Result<void> Repository::remove_manifest(std::uint64_t backup) {
    std::error_code error;
    std::filesystem::remove(manifest_path(backup), error);
    if (error) return fail(Errc::unavailable, "a manifest cannot be removed");
    return sync_directory(directory_ / "manifests");
}

Result<Repository::Removed> Repository::remove_all_but(std::set<BlockName> const& used) {
    Removed removed;
    for (std::size_t i = 0; i < kFolders; ++i) {
        std::error_code error;
        if (!std::filesystem::exists(folder(i), error)) continue;
        std::filesystem::directory_iterator entry(folder(i), error);
        for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
            auto const name = block_in(entry->path().filename().string());
            if (name && used.contains(*name)) continue;
            auto const bytes = entry->file_size(error);
            if (!error) std::filesystem::remove(entry->path(), error);
            if (error) break;
            ++removed.blocks;
            removed.bytes += bytes;
        }
        if (error) return fail(Errc::unavailable, "a block cannot be removed");
    }
    return removed;
}

}  // namespace salus::backup
