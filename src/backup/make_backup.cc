#include "backup/make_backup.h"

#include <algorithm>
#include <functional>

#include "audit/extent.h"
#include "audit/pruned_prefix.h"
#include "audit/segment.h"
#include "foundation/backup_limits.h"
#include "sqlite/snapshot.h"

namespace salus::backup {
namespace {

// Of the key files and the key stores at one moment. A key-encryption key changes a few times in a
// year, or with an erasure, and takes some milliseconds.
constexpr int kLooksAtKeys = 8;

// Fills `out` with what stands at this offset of a file.
using ReadPiece = std::function<Result<void>(std::uint64_t offset, std::span<std::uint8_t> out)>;

// One part, while it is written.
class PartWriter {
public:
    PartWriter(Repository& repository, Manifest& manifest, BlockCounts& counts,
               std::stop_token const& stop)
        : repository_(repository), manifest_(manifest), counts_(counts), stop_(stop) {}

    Result<void> add(std::string const& name, std::uint64_t size, ReadPiece const& read) {
        TreeWriter tree(repository_, counts_);
        Bytes block;
        for (std::uint64_t offset = 0; offset < size; offset += block.size()) {
            if (stop_.stop_requested()) return fail(Errc::timeout, "the backup was interrupted");
            block.resize(std::min<std::uint64_t>(limits::kBackupBlockBytes, size - offset));
            SALUS_TRY_VOID(read(offset, block));
            SALUS_TRY_VOID(tree.add(block));
        }
        SALUS_TRY(auto const finished, tree.finish());
        manifest_.files.push_back({.name = name, .tree = finished});
        return {};
    }
    Result<void> add_snapshot(std::string const& name, sqlite::Snapshot& snapshot) {
        return add(name, snapshot.size(), [&](std::uint64_t offset, std::span<std::uint8_t> out) {
            return snapshot.read(offset, out);
        });
    }
    Result<void> add_bytes(std::string const& name, BytesView contents) {
        return add(name, contents.size(), [&](std::uint64_t offset, std::span<std::uint8_t> out) {
            std::ranges::copy(contents.subspan(static_cast<std::size_t>(offset), out.size()),
                              out.begin());
            return Result<void>();
        });
    }

private:
    Repository& repository_;
    Manifest& manifest_;
    BlockCounts& counts_;
    std::stop_token const& stop_;
};

// The segments with leaves; the last one only as far as the extent, and zeros behind it.
Result<void> add_log(PartWriter& writer, Plan const& plan, Plan::Log const& log,
                     audit::Extent const& extent) {
    for (auto number = extent.first_segment; number <= extent.segments; ++number) {
        auto const name = log.directory + "/" + audit::segment_name(number);
        auto const path = plan.instance / name;
        auto const end = number == extent.segments ? extent.end : extent.segment_bytes;
        auto const read = [&](std::uint64_t offset, std::span<std::uint8_t> out) -> Result<void> {
            std::ranges::fill(out, 0);
            if (offset >= end) return {};
            auto const fixed = std::min<std::uint64_t>(out.size(), end - offset);
            SALUS_TRY(auto const piece,
                      audit::read_piece(path, offset, static_cast<std::size_t>(fixed)));
            std::ranges::copy(piece, out.begin());
            return {};
        };
        SALUS_TRY_VOID(writer.add(name, extent.segment_bytes, read));
    }
    return {};
}

// Of a file that does not change, however long it is.
Result<void> add_file(PartWriter& writer, std::filesystem::path const& instance,
                      std::string const& name) {
    auto const path = instance / name;
    SALUS_TRY(auto const size, audit::segment_file_size(path));
    return writer.add(name, size, [&](std::uint64_t offset, std::span<std::uint8_t> out) {
        auto const piece = audit::read_piece(path, offset, out.size());
        if (piece) std::ranges::copy(*piece, out.begin());
        return piece ? Result<void>() : Result<void>(std::unexpected(piece.error()));
    });
}

// What a log whose beginning was pruned has in its place.
Result<void> add_pruned(PartWriter& writer, Plan const& plan, Plan::Log const& log,
                        audit::Extent const& extent) {
    SALUS_TRY(auto const pruning, audit::read_pruning(plan.instance / log.directory));
    if (pruning.prefix.is_empty()) return {};
    if (pruning.prefix.segment != extent.first_segment || log.tiles.empty()) {
        return fail(Errc::conflict, "the audit log was pruned while it was copied");
    }
    auto const versions = audit::versions_file({}, pruning.prefix.segment).string();
    SALUS_TRY_VOID(add_file(writer, plan.instance, log.directory + "/pruned"));
    SALUS_TRY_VOID(add_file(writer, plan.instance, log.directory + "/" + versions));
    for (auto const& tile : log.tiles) {
        SALUS_TRY_VOID(add_file(writer, plan.instance, log.directory + "/" + tile));
    }
    return {};
}

Result<std::vector<Bytes>> read_files(std::filesystem::path const& instance,
                                      std::vector<std::string> const& names) {
    std::vector<Bytes> contents;
    contents.reserve(names.size());
    for (auto const& name : names) {
        SALUS_TRY(auto bytes, read_file(instance / name, limits::kBackupSmallFileBytes));
        contents.push_back(std::move(bytes));
    }
    return contents;
}

Result<std::vector<sqlite::Snapshot>> take_all(std::filesystem::path const& instance,
                                               std::vector<std::string> const& names) {
    std::vector<sqlite::Snapshot> snapshots;
    snapshots.reserve(names.size());
    for (auto const& name : names) {
        SALUS_TRY(auto snapshot, sqlite::Snapshot::take(instance / name));
        snapshots.push_back(std::move(snapshot));
    }
    return snapshots;
}

Result<std::uint64_t> last_backup(Repository const& repository) {
    SALUS_TRY(auto const numbers, repository.backups());
    return numbers.empty() ? 0 : numbers.back();
}

// The hash that the next manifest names.
Result<std::optional<crypto::Sha256Digest>> previous_of(Repository const& repository) {
    SALUS_TRY(auto const last, last_backup(repository));
    if (last == 0) return std::nullopt;
    SALUS_TRY(auto const manifest, repository.manifest(last));
    return crypto::sha256(manifest);
}

class Backup {
public:
    Backup(Plan const& plan, Repository& data, Repository& keys, Clock const& clock,
           std::stop_token const& stop)
        : plan_(plan),
          data_(data),
          keys_(keys),
          clock_(clock),
          data_writer_(data, data_manifest_, made_.data, stop),
          keys_writer_(keys, keys_manifest_, made_.keys, stop) {}

    Result<void> begin() {
        SALUS_TRY(auto const of_data, last_backup(data_));
        SALUS_TRY(auto const of_keys, last_backup(keys_));
        made_.backup = std::max(of_data, of_keys) + 1;
        SALUS_TRY(data_manifest_.previous, previous_of(data_));
        SALUS_TRY(keys_manifest_.previous, previous_of(keys_));
        return {};
    }
    Result<void> copy() {
        for (auto const& log : plan_.logs) {
            SALUS_TRY(auto const extent, audit::measure_log(plan_.instance / log.directory));
            made_.logs.push_back({.tenant = log.tenant, .begin = extent.size});
        }
        // What was committed before this moment is in the snapshot.
        auto const now = clock_.now().time_since_epoch();
        made_.point = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
        SALUS_TRY_VOID(copy_store());
        SALUS_TRY_VOID(copy_keys());
        SALUS_TRY(auto const files, read_files(plan_.instance, plan_.data_files));
        for (std::size_t i = 0; i < files.size(); ++i) {
            SALUS_TRY_VOID(data_writer_.add_bytes(plan_.data_files[i], files[i]));
        }
        return copy_logs();
    }
    // The data's manifest last: with it, the backup exists.
    Result<Made> finish(crypto::SigningKey const& key) {
        SALUS_TRY_VOID(keys_.sync());
        SALUS_TRY_VOID(data_.sync());
        fill(keys_manifest_, Part::keys);
        SALUS_TRY(auto const keys, sign(keys_manifest_, key));
        SALUS_TRY_VOID(keys_.add_manifest(made_.backup, keys));
        fill(data_manifest_, Part::data);
        data_manifest_.keys = crypto::sha256(keys);
        data_manifest_.logs = made_.logs;
        SALUS_TRY(auto const data, sign(data_manifest_, key));
        SALUS_TRY_VOID(data_.add_manifest(made_.backup, data));
        return std::move(made_);
    }

private:
    Result<void> copy_store() {
        SALUS_TRY(auto snapshot, sqlite::Snapshot::take(plan_.instance / plan_.store));
        return data_writer_.add_snapshot(plan_.store, snapshot);
    }
    // A key-encryption key is in its file before the first key is wrapped with it and until the
    // last one is not: a file that is the same before and after the views of the key stores were
    // taken opens whatever they hold.
    Result<void> copy_keys() {
        SALUS_TRY(auto before, read_files(plan_.instance, plan_.key_files));
        for (int look = 0; look < kLooksAtKeys; ++look) {
            SALUS_TRY(auto stores, take_all(plan_.instance, plan_.key_stores));
            SALUS_TRY(auto after, read_files(plan_.instance, plan_.key_files));
            if (before == after) return copy_keys(stores, after);
            before = std::move(after);
        }
        return fail(Errc::conflict, "the key-encryption keys change all the time");
    }
    Result<void> copy_keys(std::vector<sqlite::Snapshot>& stores, std::vector<Bytes> const& files) {
        for (std::size_t i = 0; i < stores.size(); ++i) {
            SALUS_TRY_VOID(keys_writer_.add_snapshot(plan_.key_stores[i], stores[i]));
        }
        for (std::size_t i = 0; i < files.size(); ++i) {
            SALUS_TRY_VOID(keys_writer_.add_bytes(plan_.key_files[i], files[i]));
        }
        return {};
    }
    Result<void> copy_logs() {
        for (std::size_t i = 0; i < plan_.logs.size(); ++i) {
            auto const& log = plan_.logs[i];
            SALUS_TRY(auto const extent, audit::measure_log(plan_.instance / log.directory));
            SALUS_TRY_VOID(add_log(data_writer_, plan_, log, extent));
            SALUS_TRY_VOID(add_pruned(data_writer_, plan_, log, extent));
            made_.logs[i].size = extent.size;
            made_.logs[i].root = extent.root;
        }
        return {};
    }
    void fill(Manifest& manifest, Part part) const {
        manifest.part = part;
        manifest.backup = made_.backup;
        manifest.realm = plan_.realm;
        manifest.point = made_.point;
    }

    Plan const& plan_;
    Repository& data_;
    Repository& keys_;
    Clock const& clock_;
    Made made_;
    Manifest data_manifest_;
    Manifest keys_manifest_;
    PartWriter data_writer_;
    PartWriter keys_writer_;
};

}  // namespace

Result<Made> make_backup(Plan const& plan, Repository& data, Repository& keys,
                         crypto::SigningKey const& key, Clock const& clock,
                         std::stop_token const& stop) {
    if (data.realm() != plan.realm || keys.realm() != plan.realm) {
        return fail(Errc::conflict, "the place of the backup belongs to another instance");
    }
    SALUS_TRY(auto const data_lock, data.lock());
    SALUS_TRY(auto const keys_lock, keys.lock());
    Backup backup(plan, data, keys, clock, stop);
    SALUS_TRY_VOID(backup.begin());
    SALUS_TRY_VOID(backup.copy());
    return backup.finish(key);
}

}  // namespace salus::backup
