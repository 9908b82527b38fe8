#include "backup/restore.h"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include "backup/copy_check.h"
#include "foundation/limits.h"

namespace salus::backup {
namespace {

Result<OpenedManifest> open_part(Repository const& repository, Part part,
                                 std::optional<std::uint64_t> chosen, std::uint64_t least,
                                 std::optional<crypto::VerifyingKey> const& pin) {
    SALUS_TRY(auto const backups, repository.backups());
    if (backups.empty()) return fail(Errc::not_found, "there is no backup here");
    if (backups.back() < least) {
        return fail(Errc::corrupt, "the newest backup here is older than the newest known one");
    }
    auto const number = chosen.value_or(backups.back());
    SALUS_TRY(auto const bytes, repository.manifest(number));
    SALUS_TRY(auto opened, open_manifest(bytes, pin));
    auto const& manifest = opened.manifest;
    if (manifest.backup != number || manifest.part != part) {
        return fail(Errc::corrupt, "the manifest is that of another backup");
    }
    if (manifest.realm != repository.realm()) {
        return fail(Errc::corrupt, "the manifest is that of another instance");
    }
    return opened;
}

// A file that is being restored: complete and durable, or an error.
class NewFile {
public:
    static Result<NewFile> create(std::filesystem::path const& path) {
        auto const made = make_directories(path.parent_path());
        FileDescriptor file(
            ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
        if (!made || !file.valid()) {
            return fail(Errc::unavailable, "a file of the new directory cannot be made");
        }
        return NewFile(std::move(file));
    }
    Result<void> write(BytesView contents) {
        while (!contents.empty()) {
            auto const written = ::write(file_.get(), contents.data(), contents.size());
            if (written < 0 && errno == EINTR) continue;
            if (written <= 0) return fail(refusal());
            contents = contents.subspan(static_cast<std::size_t>(written));
        }
        return {};
    }
    Result<void> sync() {
        if (::fsync(file_.get()) != 0) return fail(refusal());
        return {};
    }

private:
    explicit NewFile(FileDescriptor file) : file_(std::move(file)) {}
    // All of them the owner's alone, whatever the umask is.
    static Result<void> make_directories(std::filesystem::path const& directory) {
        std::error_code error;
        if (directory.empty() || std::filesystem::is_directory(directory, error)) return {};
        SALUS_TRY_VOID(make_directories(directory.parent_path()));
        return make_private_directory(directory);
    }
    static Error refusal() {
        return {Errc::unavailable, errno == ENOSPC || errno == EDQUOT || errno == EFBIG
                                       ? Literal("there is no room for the restored files")
                                       : Literal("the restored files cannot be written")};
    }
    FileDescriptor file_;
};

// The directories' own names, so that a power cut after the end takes nothing away.
Result<void> sync_all_directories(std::filesystem::path const& directory) {
    std::error_code error;
    std::filesystem::recursive_directory_iterator entry(directory, error);
    for (; !error && entry != std::filesystem::recursive_directory_iterator();
         entry.increment(error)) {
        if (entry->is_directory()) SALUS_TRY_VOID(sync_directory(entry->path()));
    }
    if (error) return fail(Errc::unavailable, "the new directory cannot be read");
    return sync_directory(directory);
}

}  // namespace

Result<Restore> Restore::choose(std::filesystem::path const& from,
                                std::filesystem::path const& keys_from, Choice const& choice) {
    SALUS_TRY(auto data_repository, Repository::open(from, Part::data));
    SALUS_TRY(auto keys_repository, Repository::open(keys_from, Part::keys));
    SALUS_TRY(auto data, open_part(data_repository, Part::data, choice.backup, choice.newest_known,
                                   choice.pin));
    // Without a pin, the keys are at least signed by whoever signed the data.
    SALUS_TRY(auto keys,
              open_part(keys_repository, Part::keys, choice.keys_backup,
                        std::max(choice.newest_known, data.manifest.backup), data.signer));
    if (keys.manifest.realm != data.manifest.realm) {
        return fail(Errc::corrupt, "data and keys are of different instances");
    }
    if (keys.manifest.backup < data.manifest.backup) {
        return fail(Errc::invalid, "the keys must be of the same backup or of a later one");
    }
    if (keys.manifest.backup == data.manifest.backup && keys.hash != data.manifest.keys) {
        return fail(Errc::corrupt, "the keys are not those that the data were backed up with");
    }
    return Restore(std::move(data_repository), std::move(keys_repository), std::move(data),
                   std::move(keys));
}

Result<std::uint64_t> Restore::extract_part(Repository const& repository, Manifest const& manifest,
                                            std::filesystem::path const& directory) {
    std::uint64_t bytes = 0;
    for (auto const& entry : manifest.files) {
        where_ = entry.name;
        SALUS_TRY(auto file, NewFile::create(directory / entry.name));
        SALUS_TRY_VOID(
            read_tree(repository, entry.tree, [&](BytesView block) { return file.write(block); }));
        SALUS_TRY_VOID(file.sync());
        bytes += entry.tree.size;
    }
    return bytes;
}

Result<std::uint64_t> Restore::extract(std::filesystem::path const& directory) {
    where_.clear();
    std::error_code error;
    if (std::filesystem::exists(directory, error)) {
        return fail(Errc::conflict, "the new directory is there already");
    }
    SALUS_TRY_VOID(make_private_directory(directory));
    SALUS_TRY(auto const of_data, extract_part(data_repository_, data_.manifest, directory));
    SALUS_TRY(auto const of_keys, extract_part(keys_repository_, keys_.manifest, directory));
    where_.clear();
    SALUS_TRY_VOID(sync_all_directories(directory));
    return of_data + of_keys;
}

Result<std::uint64_t> Restore::verify_part(Repository const& repository, Manifest const& manifest) {
    std::uint64_t bytes = 0;
    for (auto const& entry : manifest.files) {
        where_ = entry.name;
        SALUS_TRY_VOID(read_tree(repository, entry.tree, [&](BytesView block) {
            bytes += block.size();
            return Result<void>();
        }));
    }
    return bytes;
}

Result<std::uint64_t> Restore::verify_blocks() {
    SALUS_TRY(auto const of_data, verify_part(data_repository_, data_.manifest));
    SALUS_TRY(auto const of_keys, verify_part(keys_repository_, keys_.manifest));
    where_.clear();
    return of_data + of_keys;
}

Result<Checked> Restore::check(std::filesystem::path const& directory) {
    CopyCheck check(directory, data_.manifest);
    auto checked = check.run();
    where_ = check.where();
    return checked;
}

}  // namespace salus::backup
