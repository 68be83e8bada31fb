//! Modules and kernels.

use crate::call::*;
use crate::kernels;
use crate::symbols::Symbol;
use std::ffi::{CStr, c_char, c_uint, c_void};

pub(super) unsafe extern "C" fn load_data(module: *mut usize, image: *const c_char) -> Code {
    call(Symbol::cuModuleLoadData, |world| {
        world.current()?;
        // SAFETY: the image is PTX, which ends in a zero; a binary one ends at its first zero, and has no entries.
        let ptx = unsafe { CStr::from_ptr(image) }.to_str().map_err(|_| INVALID_IMAGE)?;
        let names = kernels::entries(ptx);
        if names.is_empty() {
            return Err(INVALID_IMAGE);
        }
        let mut functions = Vec::new();
        for name in names {
            let handle = world.handle();
            world.functions.insert(handle, name.clone());
            functions.push((name, handle));
        }
        let handle = world.handle();
        world.modules.insert(handle, functions);
        // SAFETY: the caller's place.
        unsafe { put(module, handle) }
    })
}

pub(super) unsafe extern "C" fn load_data_ex(
    module: *mut usize,
    image: *const c_char,
    _count: c_uint,
    _options: *const c_uint,
    _values: *const *const c_void,
) -> Code {
    // SAFETY: the caller's pointers.
    unsafe { load_data(module, image) }
}

pub(super) unsafe extern "C" fn function(function: *mut usize, module: usize, name: *const c_char) -> Code {
    call(Symbol::cuModuleGetFunction, |world| {
        world.current()?;
        // SAFETY: the name ends in a zero.
        let name = unsafe { CStr::from_ptr(name) }.to_string_lossy();
        let functions = world.modules.get(&module).ok_or(INVALID_HANDLE)?;
        let found = functions.iter().find(|(known, _)| *known == name).ok_or(NOT_FOUND)?;
        // SAFETY: the caller's place.
        unsafe { put(function, found.1) }
    })
}

pub(super) unsafe extern "C" fn unload(module: usize) -> Code {
    call(Symbol::cuModuleUnload, |world| {
        let functions = world.modules.remove(&module).ok_or(INVALID_HANDLE)?;
        functions.iter().for_each(|(_, function)| drop(world.functions.remove(function)));
        Ok(())
    })
}

#[allow(clippy::too_many_arguments)]
pub(super) unsafe extern "C" fn kernel(
    function: usize,
    grid_x: c_uint,
    grid_y: c_uint,
    grid_z: c_uint,
    block_x: c_uint,
    block_y: c_uint,
    block_z: c_uint,
    _shared: c_uint,
    stream: usize,
    parameters: *const *const c_void,
    _extra: *const *const c_void,
) -> Code {
    call(Symbol::cuLaunchKernel, |world| {
        let context = world.current()?;
        if [grid_x, grid_y, grid_z, block_x, block_y, block_z].contains(&0) {
            return Err(INVALID_VALUE);
        }
        let threads = u64::from(block_x) * u64::from(block_y) * u64::from(block_z);
        if threads > 1024 {
            return Err(INVALID_VALUE);
        }
        let name = world.functions.get(&function).ok_or(INVALID_HANDLE)?.clone();
        // SAFETY: the parameters are those of the kernel, by the caller's word.
        let length = unsafe { kernels::run(world, &name, parameters) };
        let end = world.enqueue(stream, length)?;
        if let Some(code) = world.faults.get(&name) {
            let code = *code;
            world.lose(context, end, code);
        }
        Ok(())
    })
}
