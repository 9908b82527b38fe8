// The writes of the embedded engine, on the one connection that may write. Every function runs
// inside a transaction that its caller began. Thread safety: belongs to one thread at a time.
#pragma once

#include <filesystem>
#include <span>

#include "sqlite/database.h"
#include "store/embedded/rows.h"
#include "store/store.h"

namespace salus::store::embedded {

class Writer {
public:
    static Result<Writer> open(std::filesystem::path const& path);

    // Errc::conflict when a current version is not the expected one; the caller rolls back.
    Result<void> apply(Batch const& batch);
    // Nothing happens if the compartment has another sequence by now.
    Result<void> keep_page(IndexPage const& page);
    // Errc::conflict as apply().
    Result<void> reseal(std::span<Reseal const> batch);
    Result<void> retoken(std::span<Retoken const> batch);
    Result<void> retire_keys(CompartmentId const& compartment, std::uint32_t key_version);
    // Removes at most limits::kRemovalSlice documents; returns how many.
    Result<std::uint64_t> erase(CompartmentId const& compartment);
    Result<std::uint64_t> expire(std::int64_t now);

    // One job of a transaction: what was written since begin_job() stays, or is undone. Each ends
    // with end_job().
    Result<void> begin_job();
    Result<void> undo_job();
    Result<void> end_job();

    [[nodiscard]] sqlite::Database& database() noexcept { return database_; }

private:
    struct PageStatements {
        sqlite::Statement set_sequence;
        sqlite::Statement clear_sequence;
        sqlite::Statement set;
        sqlite::Statement remove;
        sqlite::Statement add_change;
        sqlite::Statement remove_changes;
    };
    struct RotationStatements {
        sqlite::Statement replace_document;
        sqlite::Statement replace_index_entry;
        sqlite::Statement set_tokens;
        sqlite::Statement retire_keys;
        sqlite::Statement least_key;
        sqlite::Statement page;
    };
    struct JobStatements {
        sqlite::Statement begin;
        sqlite::Statement undo;
        sqlite::Statement end;
    };
    struct Statements {
        JobStatements job;
        PageStatements page;
        RotationStatements rotation;
        sqlite::Statement newest;
        sqlite::Statement add_document;
        sqlite::Statement add_history;
        sqlite::Statement retire;
        sqlite::Statement set_index_entry;
        sqlite::Statement remove_index_entry;
        sqlite::Statement add_member;
        sqlite::Statement remove_member;
        sqlite::Statement add_token;
        sqlite::Statement remove_token;
        sqlite::Statement touch;
        sqlite::Statement members;
        sqlite::Statement expired;
        sqlite::Statement compartments_of;
        sqlite::Statement remove_documents;
        sqlite::Statement remove_history;
        sqlite::Statement remove_lone_erased;
    };
    // The newest row of an address.
    struct Newest {
        std::uint64_t version = 0;  // 0: there is none
        CompartmentId compartment;
        RowState state = RowState::deleted;
        std::int64_t expires_at = 0;
        std::vector<BlindToken> tokens;  // ascending, each once
    };

    static Result<JobStatements> prepare_job(sqlite::Database& database);
    static Result<PageStatements> prepare_page(sqlite::Database& database);
    static Result<RotationStatements> prepare_rotation(sqlite::Database& database);
    static Result<Statements> prepare(sqlite::Database& database);
    Writer(sqlite::Database database, Statements statements, std::int64_t next_id)
        : database_(std::move(database)), sql_(std::move(statements)), next_id_(next_id) {}

    Result<Newest> newest(Address const& address);
    // Errc::conflict when the compartment retired this key.
    Result<void> check_key(CompartmentId const& compartment, std::uint32_t key_version);
    Result<void> apply(Write const& write);
    Result<void> place(Write const& write, Newest const& before);
    Result<void> set_entry(Write const& write, Newest const& before);
    Result<void> note_change(CompartmentId const& compartment, Address const& address);
    Result<void> drop_page(CompartmentId const& compartment);
    Result<void> leave(CompartmentId const& compartment, Address const& address);
    Result<void> replace_tokens(Address const& address, std::span<BlindToken const> before,
                                std::span<BlindToken const> after);
    Result<void> remove_from(CompartmentId const& compartment, Address const& address,
                             Newest const& newest);
    Result<void> remove_document(Address const& address);
    Result<void> touch(std::vector<CompartmentId> compartments);
    static Result<std::vector<Address>> addresses(sqlite::Rows& rows);

    sqlite::Database database_;
    Statements sql_;
    // Of the next row in `document`. A rollback leaves a gap, which does no harm.
    std::int64_t next_id_;
};

}  // namespace salus::store::embedded
