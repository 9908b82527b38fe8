// ePHI does not turn into its text by assignment.
// EXPECT: no viable conversion from
// EXPECT: conversion from .* requested
#include "foundation/ephi.h"

std::size_t length(salus::EphiText const& name) {
#ifdef FORBIDDEN
    std::string const text = name;
    return text.size();
#else
    return name.size();
#endif
}
